"""One step of the text after the other, and one place of the window after the other."""

import numpy as np

from framework.interfaces import LanguageModel


class WindowLM(LanguageModel):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, window=4, *, direct=False, rng
    ):
        super().__init__()
        if window < 1:
            raise ValueError("a window of no words")
        V, E, H, n = vocabulary_size, embedding_size, hidden_size, window
        self.V, self.n, self.E = V, n, E
        self.add_parameter("embedding", rng.uniform(-0.1, 0.1, size=(V + 1, E)))
        self.add_parameter("W", rng.uniform(-0.5, 0.5, size=(n * E, H)) / np.sqrt(n * E))
        self.add_parameter("b_1", np.zeros(H))
        self.add_parameter("U", rng.uniform(-0.5, 0.5, size=(H, V)) / np.sqrt(H))
        self.add_parameter("b_2", np.zeros(V))
        if direct:
            self.add_parameter("W_direct", 0.1 * rng.uniform(-0.5, 0.5, size=(n * E, V)))

    def initial_state(self, batch_size):
        return np.array([[self.V] * (self.n - 1)] * batch_size, dtype=int)

    def forward(self, tokens, state=None):
        if tokens.size and (tokens.min() < 0 or tokens.max() >= self.V):
            raise IndexError("no such word")
        N, T = tokens.shape
        p = self.parameters
        words = self.initial_state(N).reshape(N, -1) if state is None else state
        self.steps, logits = [], []
        for t in range(T):
            seen = np.column_stack([words, tokens[:, t]])
            e = np.concatenate([p["embedding"][seen[:, i]] for i in range(self.n)], axis=1)
            h = np.tanh(e @ p["W"] + p["b_1"])
            scores = h @ p["U"] + p["b_2"]
            if "W_direct" in p:
                scores = scores + e @ p["W_direct"]
            self.steps.append((seen, e, h))
            logits.append(scores)
            words = seen[:, 1:]
        self.state = words.copy()
        return np.stack(logits, axis=1)

    def backward(self, grad_logits):
        p, g = self.parameters, self.gradients
        for t, (seen, e, h) in enumerate(self.steps):
            d = grad_logits[:, t]
            g["U"] += h.T @ d
            g["b_2"] += d.sum(0)
            dz = (d @ p["U"].T) * (1 - h) * (1 + h)
            g["W"] += e.T @ dz
            g["b_1"] += dz.sum(0)
            de = dz @ p["W"].T
            if "W_direct" in p:
                g["W_direct"] += e.T @ d
                de = de + d @ p["W_direct"].T
            for n in range(len(seen)):
                for i in range(self.n):
                    g["embedding"][seen[n, i]] += de[n, i * self.E : (i + 1) * self.E]

    def next_log_probabilities(self, tokens, state):
        scores = self.forward(tokens.reshape(-1, 1), state)[:, 0]
        top = scores.max(axis=1, keepdims=True)
        return scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True)), self.state
