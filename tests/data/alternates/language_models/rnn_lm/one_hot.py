"""One-hot rows instead of indices, einsum, and the logarithm of a sum by logaddexp."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part


class RecurrentLM(LanguageModel):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="rnn", *, rng):
        super().__init__()
        self.V = vocabulary_size
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)) / 10)
        self.cell = self.add_child("cell", part(cell)(embedding_size, hidden_size, rng=rng))
        self.add_parameter("U", np.zeros((hidden_size, vocabulary_size)))  # uniform at first
        self.add_parameter("b_2", np.zeros(vocabulary_size))

    def forward(self, tokens, state=None):
        if np.any((tokens < 0) | (tokens >= self.V)):
            raise ValueError("an id has no row in the embedding")
        embedding = self.parameters["embedding"]
        self.x = np.equal.outer(tokens, np.arange(self.V)).astype(embedding.dtype)
        self.h = self.cell.forward(self.x @ embedding, state)
        self.state = self.cell.state
        return np.einsum("nth,hv->ntv", self.h, self.parameters["U"]) + self.parameters["b_2"]

    def backward(self, grad_logits):
        self.gradients["U"] += np.einsum("nth,ntv->hv", self.h, grad_logits)
        self.gradients["b_2"] += np.einsum("ntv->v", grad_logits)
        grad_h = np.einsum("ntv,hv->nth", grad_logits, self.parameters["U"])
        grad_e = self.cell.backward(grad_h)[0]
        self.gradients["embedding"] += np.einsum("ntv,nte->ve", self.x, grad_e)

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        scores = self.forward(tokens.reshape(-1, 1), state).squeeze(1)
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True), self.state
