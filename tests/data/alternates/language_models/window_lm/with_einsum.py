"""W as a table of n matrices, one for each place; everything recomputed on the way back."""

import numpy as np

from framework.interfaces import LanguageModel


class WindowLM(LanguageModel):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, window=4, *, direct=False, rng
    ):
        super().__init__()
        if not window > 0:
            raise ValueError("a window of no words")
        self.sizes = vocabulary_size, embedding_size, window
        inputs = window * embedding_size
        self.add_parameter("embedding", rng.normal(0, 0.05, (vocabulary_size + 1, embedding_size)))
        self.add_parameter("W", rng.normal(0, inputs**-0.5, (inputs, hidden_size)))
        self.add_parameter("b_1", np.zeros(hidden_size))
        self.add_parameter("U", rng.normal(0, hidden_size**-0.5, (hidden_size, vocabulary_size)))
        self.add_parameter("b_2", np.zeros(vocabulary_size))
        if direct:
            self.add_parameter("W_direct", rng.normal(0, 0.1, (inputs, vocabulary_size)))
        self.direct = direct

    def initial_state(self, batch_size):
        V, _, n = self.sizes
        return np.zeros((batch_size, n - 1), dtype=np.int64) + V

    def places(self, name):
        _, E, n = self.sizes
        return self.parameters[name].reshape(n, E, -1)

    def vectors(self):
        return self.parameters["embedding"][self.seen]

    def hidden(self, e):
        return np.tanh(np.einsum("ntie,ieh->nth", e, self.places("W")) + self.parameters["b_1"])

    def forward(self, tokens, state=None):
        V, _, n = self.sizes
        if np.any(tokens < 0) or np.any(tokens >= V):
            raise IndexError("no such word")
        if state is None:
            state = self.initial_state(len(tokens))
        text, T = np.hstack([state, tokens]), tokens.shape[1]
        self.seen = text[:, np.arange(T)[:, None] + np.arange(n)]
        self.state = text[:, text.shape[1] - n + 1 :].copy()
        e = self.vectors()
        logits = np.einsum("nth,hv->ntv", self.hidden(e), self.parameters["U"])
        logits += self.parameters["b_2"]
        if self.direct:
            logits += np.einsum("ntie,iev->ntv", e, self.places("W_direct"))
        return logits

    def backward(self, grad_logits):
        e = self.vectors()
        h = self.hidden(e)
        grad_z = np.einsum("ntv,hv->nth", grad_logits, self.parameters["U"]) * (1 - h * h)
        grad_e = np.einsum("nth,ieh->ntie", grad_z, self.places("W"))
        g = self.gradients
        g["U"] += np.einsum("nth,ntv->hv", h, grad_logits)
        g["b_2"] += np.einsum("ntv->v", grad_logits)
        g["W"] += np.einsum("ntie,nth->ieh", e, grad_z).reshape(g["W"].shape)
        g["b_1"] += np.einsum("nth->h", grad_z)
        if self.direct:
            shape = g["W_direct"].shape
            g["W_direct"] += np.einsum("ntie,ntv->iev", e, grad_logits).reshape(shape)
            grad_e += np.einsum("ntv,iev->ntie", grad_logits, self.places("W_direct"))
        one_hot = np.eye(self.sizes[0] + 1, dtype=grad_e.dtype)[self.seen]
        g["embedding"] += np.einsum("ntiv,ntie->ve", one_hot, grad_e)

    def next_log_probabilities(self, tokens, state):
        logits = self.forward(tokens[:, np.newaxis], state)[:, 0, :]
        logits = logits - np.max(logits, axis=1, keepdims=True)
        return logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True)), self.state
