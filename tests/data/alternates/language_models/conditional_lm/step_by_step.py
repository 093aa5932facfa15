"""The cell reads a token at a time, and all of them once more on the way back."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part


class ConditionalLM(LanguageModel):
    def __init__(
        self, vocabulary_size, condition_size, embedding_size, hidden_size, cell="rnn", *, rng
    ):
        super().__init__()
        self.sizes = condition_size, hidden_size
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        limit = (3 / condition_size) ** 0.5
        self.add_parameter("W_0", rng.uniform(-limit, limit, self.sizes))
        self.add_parameter("W_c", rng.uniform(-limit, limit, (condition_size, embedding_size)))
        self.cell = self.add_child("cell", part(cell)(embedding_size, hidden_size, rng=rng))
        limit = (3 / hidden_size) ** 0.5
        self.add_parameter("U", rng.uniform(-limit, limit, (hidden_size, vocabulary_size)))
        self.add_parameter("b_2", np.zeros(vocabulary_size))

    def check(self, texts, condition):
        if condition.shape != (texts, self.sizes[0]):
            raise ValueError("one condition for each text")

    def read(self, tokens, condition, state):
        if len(tokens) and not 0 <= tokens.min() <= tokens.max() < len(self.parameters["b_2"]):
            raise IndexError("an id has no row in the embedding")
        vectors = self.parameters["embedding"][tokens] + condition @ self.parameters["W_c"]
        return self.cell.forward(vectors[:, None], state)[:, 0]

    def forward(self, tokens, condition, state=None):
        self.check(len(tokens), condition)
        self.start = state is None
        self.first = self.start_of(condition) if self.start else state
        self.outputs, self.state = [], self.first
        for column in tokens.T:
            self.outputs.append(self.read(column, condition, self.state))
            self.state = self.cell.state
        self.tokens, self.condition = tokens.copy(), condition.copy()
        logits = [h @ self.parameters["U"] + self.parameters["b_2"] for h in self.outputs]
        return np.stack(logits, axis=1)

    def backward(self, grad_logits):
        c, tokens = self.condition, self.tokens
        grad_condition = np.zeros_like(c)
        added = (c @ self.parameters["W_c"])[:, None]
        self.cell.forward(self.parameters["embedding"][tokens] + added, self.first)
        grad_e, later = self.cell.backward(grad_logits @ self.parameters["U"].T)
        for t, h in enumerate(self.outputs):
            self.gradients["U"] += h.T @ grad_logits[:, t]
            self.gradients["b_2"] += grad_logits[:, t].sum(0)
            for word, row in zip(tokens[:, t], grad_e[:, t], strict=True):
                self.gradients["embedding"][word] += row
            self.gradients["W_c"] += c.T @ grad_e[:, t]
            grad_condition += grad_e[:, t] @ self.parameters["W_c"].T
        if self.start:
            later = later[0] if isinstance(later, tuple) else later
            later = later / np.cosh(c @ self.parameters["W_0"]) ** 2
            self.gradients["W_0"] += c.T @ later
            grad_condition += later @ self.parameters["W_0"].T
        return grad_condition

    def initial_state(self, batch_size, condition=None):
        if condition is None:
            condition = np.zeros((batch_size, self.sizes[0]), self.parameters["b_2"].dtype)
        self.check(batch_size, condition)
        return self.start_of(condition), condition.copy()

    def start_of(self, condition):
        h = np.tanh(condition @ self.parameters["W_0"])
        zeros = self.cell.initial_state(len(condition))
        return (h, *zeros[1:]) if isinstance(zeros, tuple) else h

    def next_log_probabilities(self, tokens, state):
        state, condition = state
        h = self.read(tokens, condition, state)
        rows = []
        for row in h @ self.parameters["U"] + self.parameters["b_2"]:
            shifted = row - np.max(row)
            rows.append(shifted - np.log(np.sum(np.exp(shifted))))
        return np.stack(rows), (self.cell.state, condition)
