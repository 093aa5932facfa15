"""The cell reads a token at a time, and once more on the way back, where nothing was kept."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part


class RecurrentLM(LanguageModel):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="rnn", *, rng):
        super().__init__()
        self.hidden_size = hidden_size
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        self.cell = self.add_child("cell", part(cell)(embedding_size, hidden_size, rng=rng))
        limit = (3 / hidden_size) ** 0.5
        self.add_parameter("U", rng.uniform(-limit, limit, (hidden_size, vocabulary_size)))
        self.add_parameter("b_2", np.zeros(vocabulary_size))

    def read(self, tokens, state):
        if len(tokens) and not 0 <= tokens.min() <= tokens.max() < len(self.parameters["b_2"]):
            raise IndexError("an id has no row in the embedding")
        vectors = self.parameters["embedding"][tokens]
        return self.cell.forward(vectors[:, None], state)[:, 0]

    def forward(self, tokens, state=None):
        states = [self.initial_state(len(tokens)) if state is None else state.copy()]
        for column in tokens.T:
            states.append(self.read(column, states[-1]))
        self.tokens, self.states, self.state = tokens.copy(), states, states[-1]
        logits = [h @ self.parameters["U"] + self.parameters["b_2"] for h in states[1:]]
        return np.stack(logits, axis=1)

    def backward(self, grad_logits):
        later = np.zeros_like(self.states[0])
        for t in reversed(range(self.tokens.shape[1])):
            grad, words = grad_logits[:, t], self.tokens[:, t]
            self.gradients["U"] += self.states[t + 1].T @ grad
            self.gradients["b_2"] += grad.sum(0)
            self.read(words, self.states[t])
            grad_e, later = self.cell.backward((grad @ self.parameters["U"].T + later)[:, None])
            for word, row in zip(words, grad_e[:, 0], strict=True):
                self.gradients["embedding"][word] += row

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.hidden_size), self.parameters["b_2"].dtype)

    def next_log_probabilities(self, tokens, state):
        state = self.read(tokens, state)
        scores = state @ self.parameters["U"] + self.parameters["b_2"]
        rows = []
        for row in scores:
            shifted = row - np.max(row)
            rows.append(shifted - np.log(np.sum(np.exp(shifted))))
        return np.stack(rows), state
