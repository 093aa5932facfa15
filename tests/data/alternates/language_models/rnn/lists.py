"""One list per quantity, a list as the result of backward; warnings are errors."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


class RNNStep(Model):
    def forward(self, from_input, h, W_h):
        return np.tanh(from_input + h @ W_h)

    def backward(self, grad_h, h, W_h):
        a = grad_h - grad_h * h**2
        return [a, a @ W_h.T]


class RNN(Model):
    def __init__(self, input_size, hidden_size, *, truncation=None, rng):
        super().__init__()
        if truncation is not None and truncation < 1:
            raise ValueError("truncation is at least 1")
        self.D, self.H, self.k = input_size, hidden_size, truncation
        self.add_parameter("W_x", rng.standard_normal((self.D, self.H)) / self.D**0.5)
        self.add_parameter("W_h", rng.standard_normal((self.H, self.H)) / self.H**0.5)
        self.add_parameter("b", np.zeros(self.H))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.H), self.parameters["b"].dtype)

    def forward(self, x, h_0=None, mask=None):
        if x.shape[-1] != self.D:
            raise ValueError(f"{x.shape[-1]} features, not {self.D}")
        W_x, W_h, b = (self.parameters[name] for name in ("W_x", "W_h", "b"))
        h = self.initial_state(len(x)) if h_0 is None else np.array(h_0)
        self.words = np.ones(x.shape[:2], bool) if mask is None else np.array(mask, bool)
        self.xs, self.hs, self.befores = [], [], []
        for t in range(x.shape[1]):
            x_t = np.array(x[:, t])
            new = np.tanh(x_t @ W_x + h @ W_h + b)
            self.xs.append(x_t)
            self.befores.append(h)
            self.hs.append(new)
            h = np.where(self.words[:, t, None], new, h)
        self.state = h
        self.befores.append(h)
        return np.stack(self.befores[1:], axis=1)

    def backward(self, grad_h):
        W_x, W_h = self.parameters["W_x"], self.parameters["W_h"]
        grad_x, later = [], np.zeros_like(self.befores[0])
        for t in range(len(self.xs) - 1, -1, -1):
            word = self.words[:, t, None]
            total = grad_h[:, t] + later
            a = np.where(word, total * (1 - self.hs[t] ** 2), 0).astype(total.dtype)
            self.gradients["W_x"] += self.xs[t].T @ a
            self.gradients["W_h"] += self.befores[t].T @ a
            self.gradients["b"] += a.sum(0)
            grad_x.insert(0, a @ W_x.T)
            later = np.where(word, a @ W_h.T, total)
            if t > 0 and self.k and t % self.k == 0:
                later = np.zeros_like(later)
        return [np.stack(grad_x, axis=1), later]
