"""All windows by take; np.unique sums the embedding's gradient; warnings are errors."""

import numpy as np

from framework.interfaces import LanguageModel

np.seterr(all="raise", under="ignore")


class WindowLM(LanguageModel):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, window=4, *, direct=False, rng
    ):
        super().__init__()
        if window < 1:
            raise ValueError("a window has at least one word")
        V, E, H, n = vocabulary_size, embedding_size, hidden_size, window
        self.V, self.n, self.direct = V, n, direct
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V + 1, E)))
        self.add_parameter("W", rng.normal(scale=(n * E) ** -0.5, size=(n * E, H)))
        self.add_parameter("b_1", np.zeros(H))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))
        if direct:
            self.add_parameter("W_direct", rng.normal(scale=(n * E) ** -0.5, size=(n * E, V)))

    def forward(self, tokens, state=None):
        if tokens.size and (tokens.min() < 0 or tokens.max() >= self.V):
            raise IndexError("no such word")
        N, T = tokens.shape
        text = np.concatenate([self.initial_state(N) if state is None else state, tokens], axis=1)
        self.windows = np.stack([text[:, t : t + self.n] for t in range(T)], axis=1)
        self.state = text[:, T:].copy()
        p = self.parameters
        self.e = p["embedding"][self.windows].reshape(N, T, -1)
        self.h = np.tanh(self.e @ p["W"] + p["b_1"])
        logits = self.h @ p["U"] + p["b_2"]
        return logits + self.e @ p["W_direct"] if self.direct else logits

    def backward(self, grad_logits):
        p, g = self.parameters, self.gradients
        g["U"] += np.einsum("nth,ntv->hv", self.h, grad_logits)
        g["b_2"] += grad_logits.sum((0, 1))
        z = grad_logits @ p["U"].T * (1 - self.h**2)
        g["W"] += np.einsum("nte,nth->eh", self.e, z)
        g["b_1"] += z.sum((0, 1))
        e = z @ p["W"].T
        if self.direct:
            g["W_direct"] += np.einsum("nte,ntv->ev", self.e, grad_logits)
            e = e + grad_logits @ p["W_direct"].T
        words, places = np.unique(self.windows.ravel(), return_inverse=True)
        sums = np.zeros((len(words), p["embedding"].shape[1]), e.dtype)
        np.add.at(sums, places.ravel(), e.reshape(-1, sums.shape[1]))
        g["embedding"][words] += sums

    def initial_state(self, batch_size):
        return np.full((batch_size, self.n - 1), self.V)

    def next_log_probabilities(self, tokens, state):
        z = self.forward(tokens[:, None], state)[:, 0]
        return z - np.logaddexp.reduce(z, axis=1)[:, None], self.state
