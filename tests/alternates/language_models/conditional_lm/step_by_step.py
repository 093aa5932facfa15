"""The cell reads a token at a time, and once more on the way back, where nothing was kept."""

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
        first = np.tanh(condition @ self.parameters["W_0"]) if self.start else state.copy()
        states = [first]
        for column in tokens.T:
            states.append(self.read(column, condition, states[-1]))
        self.tokens, self.condition = tokens.copy(), condition.copy()
        self.states, self.state = states, states[-1]
        logits = [h @ self.parameters["U"] + self.parameters["b_2"] for h in states[1:]]
        return np.stack(logits, axis=1)

    def backward(self, grad_logits):
        c, later = self.condition, np.zeros_like(self.states[0])
        grad_condition = np.zeros_like(c)
        for t in reversed(range(self.tokens.shape[1])):
            grad, words = grad_logits[:, t], self.tokens[:, t]
            self.gradients["U"] += self.states[t + 1].T @ grad
            self.gradients["b_2"] += grad.sum(0)
            self.read(words, c, self.states[t])
            grad_e, later = self.cell.backward((grad @ self.parameters["U"].T + later)[:, None])
            for word, row in zip(words, grad_e[:, 0], strict=True):
                self.gradients["embedding"][word] += row
            self.gradients["W_c"] += c.T @ grad_e[:, 0]
            grad_condition += grad_e[:, 0] @ self.parameters["W_c"].T
        if self.start:
            later = later / np.cosh(c @ self.parameters["W_0"]) ** 2
            self.gradients["W_0"] += c.T @ later
            grad_condition += later @ self.parameters["W_0"].T
        return grad_condition

    def initial_state(self, batch_size, condition=None):
        if condition is None:
            condition = np.zeros((batch_size, self.sizes[0]), self.parameters["b_2"].dtype)
        self.check(batch_size, condition)
        return np.tanh(condition @ self.parameters["W_0"]), condition.copy()

    def next_log_probabilities(self, tokens, state):
        state, condition = state
        state = self.read(tokens, condition, state)
        rows = []
        for row in state @ self.parameters["U"] + self.parameters["b_2"]:
            shifted = row - np.max(row)
            rows.append(shifted - np.log(np.sum(np.exp(shifted))))
        return np.stack(rows), (state, condition)
