"""Time is the first axis and everything is in Fortran order; tests under ``__main__``."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model

print("RNN")


class _Cell:
    """One step and its gradients."""

    def __init__(self, W_x: Array, W_h: Array, b: Array) -> None:
        self.W_x, self.W_h, self.b = W_x, W_h, b

    def step(self, x: Array, h: Array) -> Array:
        return np.tanh(np.dot(x, self.W_x) + np.dot(h, self.W_h) + self.b)

    def back(self, grad: Array, after: Array) -> tuple[Array, Array, Array]:
        a = grad - grad * after * after
        return a, np.dot(a, self.W_x.T), np.dot(a, self.W_h.T)


class RNNStep(Model):
    def forward(self, from_input: Array, h: Array, W_h: Array) -> Array:
        return np.tanh(np.add(from_input, np.dot(np.asfortranarray(h), W_h)))

    def backward(self, grad_h: Array, h: Array, W_h: Array) -> tuple[Array, Array]:
        a = grad_h - grad_h * h * h
        return np.asfortranarray(a), np.dot(a, W_h.T)


class RNN(Model):
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        truncation: int | None = None,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if truncation is not None and not truncation >= 1:
            raise ValueError(truncation)
        self.input_size, self.hidden_size, self.truncation = input_size, hidden_size, truncation
        for name, rows in (("W_x", input_size), ("W_h", hidden_size)):
            self.add_parameter(name, rng.normal(0, rows**-0.5, (rows, hidden_size)))
        self.add_parameter("b", np.zeros(hidden_size))

    def initial_state(self, batch_size: int) -> Array:
        return np.zeros((batch_size, self.hidden_size), self.parameters["b"].dtype)

    def forward(self, x: Array, h_0: Array | None = None, mask: Array | None = None) -> Array:
        if x.shape[2] != self.input_size:
            raise ValueError(x.shape)
        N, T, _ = x.shape
        cell = _Cell(**self.parameters)
        self.x = np.asfortranarray(x.transpose(1, 0, 2))
        self.keep = np.zeros((T, N, 1), bool) if mask is None else ~np.array(mask).T[..., None]
        self.h = np.zeros((T + 1, N, self.hidden_size), self.parameters["b"].dtype, order="F")
        if h_0 is not None:
            self.h[0] = h_0
        for t in range(T):
            self.h[t + 1] = cell.step(self.x[t], self.h[t])
            np.copyto(self.h[t + 1], self.h[t], where=self.keep[t])
        self.state = self.h[T].copy()
        return np.array(self.h[1:].transpose(1, 0, 2), order="F")

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        cell = _Cell(**self.parameters)
        T = len(self.x)
        grad_x = np.zeros(self.x.shape, self.x.dtype)
        carried = np.zeros_like(self.h[0])
        for t in reversed(range(T)):
            carried = carried + grad_h[:, t]
            a, grad_x[t], before = cell.back(np.where(self.keep[t], 0, carried), self.h[t + 1])
            for name, left in (("W_x", self.x[t]), ("W_h", self.h[t])):
                self.gradients[name] += np.dot(left.T, a)
            self.gradients["b"] += a.sum(axis=0)
            carried = before + np.where(self.keep[t], carried, 0)
            if self.truncation and t and not t % self.truncation:
                carried[...] = 0
        return np.asfortranarray(grad_x.transpose(1, 0, 2)), carried


if __name__ == "__main__":
    layer = RNN(1, 1, rng=np.random.default_rng(0))
    assert layer.forward(np.zeros((1, 2, 1))).shape == (1, 2, 1)
