"""Contractions over all leading axes; prints, and tests under ``__main__``."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model

print("shortcuts")


class Residual(Model):
    def __init__(self, f: Model) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Array) -> Array:
        change = self.f.forward(x)
        if change.shape != x.shape:
            raise ValueError("f has to keep the shape")
        return x + change

    def backward(self, grad_output: Array) -> Array:
        return np.sum([grad_output, self.f.backward(grad_output)], axis=0)


class DenseConnection(Model):
    def __init__(self, f: Model) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Array) -> Array:
        new = self.f.forward(x)
        self.cut = x.shape[-1]
        y = np.zeros((*x.shape[:-1], self.cut + new.shape[-1]), new.dtype)
        y[..., : self.cut] += x
        y[..., self.cut :] += new
        return y

    def backward(self, grad_output: Array) -> Array:
        left, right = np.split(grad_output, [self.cut], axis=-1)
        return left + self.f.backward(right.copy())


class Highway(Model):
    def __init__(self, size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.size = size
        self.add_parameter("W_h", rng.normal(scale=size**-0.5, size=(size, size)))
        self.add_parameter("b_h", np.zeros(size))
        self.add_parameter("W_t", rng.normal(scale=size**-0.5, size=(size, size)))
        self.add_parameter("b_t", np.zeros(size) - 2)

    def forward(self, x: Array) -> Array:
        if x.shape[-1] != self.size:
            raise ValueError(x.shape)
        W_h, b_h, W_t, b_t = (self.parameters[n] for n in ("W_h", "b_h", "W_t", "b_t"))
        a = np.tensordot(x, W_h, 1) + b_h
        self.open = a > 0
        h = np.where(self.open, a, 0).astype(a.dtype)
        t = 0.5 * (np.tanh(0.5 * (np.tensordot(x, W_t, 1) + b_t)) + 1)
        self.saved = x.copy(), h, t
        return x + t * (h - x)

    def backward(self, grad_output: Array) -> Array:
        x, h, t = self.saved
        to_h = np.where(self.open, grad_output * t, 0).astype(x.dtype)
        to_t = grad_output * (h - x) * (t - t**2)
        axes = tuple(range(x.ndim - 1))
        for name, d in (("h", to_h), ("t", to_t)):
            self.gradients["W_" + name] += np.tensordot(x, d, (axes, axes))
            self.gradients["b_" + name] += d.sum(axis=axes)
        back = np.matmul(to_h, self.parameters["W_h"].T) + np.matmul(to_t, self.parameters["W_t"].T)
        return back + grad_output - grad_output * t


if __name__ == "__main__":
    layer = Highway(3, rng=np.random.default_rng(0))
    assert layer.forward(np.ones((2, 3))).shape == (2, 3)
