"""Time first, einsum, and nothing kept but the inputs: backward computes the states again."""

import numpy as np

from framework.interfaces import Model


class RNNStep(Model):
    def forward(self, from_input, h, W_h):
        return np.tanh(np.einsum("ng,gh->nh", h, W_h) + from_input)

    def backward(self, grad_h, h, W_h):
        a = grad_h / np.cosh(np.arctanh(h)) ** 2
        return a, np.einsum("nh,gh->ng", a, W_h)


class RNN(Model):
    def __init__(self, input_size, hidden_size, *, truncation=None, rng):
        super().__init__()
        if truncation is not None and truncation < 1:
            raise ValueError("truncation must be at least 1")
        self.D, self.H, self.k = input_size, hidden_size, truncation
        self.add_parameter("W_x", rng.uniform(-1, 1, (input_size, hidden_size)) / input_size**0.5)
        self.add_parameter("W_h", np.linalg.qr(rng.normal(size=(hidden_size, hidden_size)))[0])
        self.add_parameter("b", np.zeros(hidden_size))

    def initial_state(self, batch_size):
        return np.zeros((batch_size, self.H))

    def forward(self, x, h_0=None, mask=None):
        if x.ndim != 3 or x.shape[-1] != self.D:
            raise ValueError(f"expected (N, T, {self.D})")
        start = np.zeros((x.shape[0], self.H), x.dtype) if h_0 is None else h_0
        words = np.ones(x.shape[:2], bool) if mask is None else mask
        self.inputs = np.moveaxis(x, 1, 0).copy(), start.copy(), words.T[..., None].astype(x.dtype)
        states = self.states()
        self.state = states[-1].copy()
        return np.ascontiguousarray(np.moveaxis(states, 0, 1)[:, 1:])

    def states(self):
        x, h, words = self.inputs
        W_x, W_h, b = (self.parameters[name] for name in ("W_x", "W_h", "b"))
        found = [h]
        for x_t, word in zip(x, words, strict=True):
            new = np.tanh(b + found[-1] @ W_h + x_t @ W_x)
            found.append(word * new + (1 - word) * found[-1])
        return np.stack(found)

    def backward(self, grad_h):
        x, _, words = self.inputs
        states = self.states()
        grads, later = [], np.zeros_like(states[0])
        for t in range(len(x))[::-1]:
            total = grad_h[:, t] + later
            grads.insert(0, words[t] * (total - total * states[t + 1] ** 2))
            past = grads[0] @ self.parameters["W_h"].T + (1 - words[t]) * total
            is_cut = self.k is not None and t > 0 and t % self.k == 0
            later = np.zeros_like(later) if is_cut else past
        a = np.stack(grads)
        self.gradients["W_x"] += np.einsum("tnd,tnh->dh", x, a)
        self.gradients["W_h"] += np.einsum("tng,tnh->gh", states[:-1], a)
        self.gradients["b"] += np.einsum("tnh->h", a)
        return np.einsum("tnh,dh->ntd", a, self.parameters["W_x"]), later
