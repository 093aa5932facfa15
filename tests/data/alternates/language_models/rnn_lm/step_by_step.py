"""The cell reads a token at a time, and all of them once more on the way back."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part


class RecurrentLM(LanguageModel):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="rnn", *, rng):
        super().__init__()
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
        states = [self.initial_state(len(tokens)) if state is None else state]
        outputs = []
        for column in tokens.T:
            outputs.append(self.read(column, states[-1]))
            states.append(self.cell.state)
        self.tokens, self.first, self.outputs = tokens.copy(), states[0], outputs
        self.state = states[-1]
        logits = [h @ self.parameters["U"] + self.parameters["b_2"] for h in outputs]
        return np.stack(logits, axis=1)

    def backward(self, grad_logits):
        self.cell.forward(self.parameters["embedding"][self.tokens], self.first)
        grad_e, _ = self.cell.backward(grad_logits @ self.parameters["U"].T)
        for t, h in enumerate(self.outputs):
            self.gradients["U"] += h.T @ grad_logits[:, t]
            self.gradients["b_2"] += grad_logits[:, t].sum(0)
            for word, row in zip(self.tokens[:, t], grad_e[:, t], strict=True):
                self.gradients["embedding"][word] += row

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        scores = self.read(tokens, state) @ self.parameters["U"] + self.parameters["b_2"]
        rows = []
        for row in scores:
            shifted = row - np.max(row)
            rows.append(shifted - np.log(np.sum(np.exp(shifted))))
        return np.stack(rows), self.cell.state
