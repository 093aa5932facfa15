"""Pairs as complex numbers: a rotation is a product with exp(i a)."""

import numpy as np

from framework.interfaces import Model


def angles(positions, d):
    if d < 2 or d % 2:
        raise ValueError("d")
    rates = np.exp(-np.log(1e4) * np.arange(0, d, 2) / d)
    return np.outer(positions, rates)


def sinusoidal(length, d):
    a = angles(np.arange(length), d)
    table = np.empty((length, d))
    table[:, 0::2] = np.sin(a)
    table[:, 1::2] = np.cos(a)
    return table


class LearnedPositions(Model):
    def __init__(self, length, d, *, rng):
        super().__init__()
        self.add_parameter("P", 0.02 * rng.standard_normal((length, d)))

    def forward(self, x, start=0):
        length, d = self.parameters["P"].shape
        T = x.shape[-2] if x.ndim > 1 else 0
        if x.ndim < 2 or x.shape[-1] != d or start < 0 or start + T > length:
            raise ValueError("x")
        self.rows = np.arange(start, start + T)
        return x + np.take(self.parameters["P"], self.rows, axis=0)

    def backward(self, grad_output):
        rows = np.broadcast_to(self.rows, grad_output.shape[:-1])
        np.add.at(self.gradients["P"], rows, grad_output)
        return grad_output + 0


class Rotary(Model):
    def __init__(self, d):
        super().__init__()
        if d < 2 or d % 2:
            raise ValueError("d")
        self.d = d

    def forward(self, x, start=0):
        if x.ndim < 2 or x.shape[-1] != self.d or start < 0:
            raise ValueError("x")
        self.turn = np.exp(1j * angles(np.arange(x.shape[-2]) + start, self.d))
        return self.turned(x, self.turn)

    def backward(self, grad_output):
        return self.turned(grad_output, self.turn.conj())

    def turned(self, x, turn):
        z = (x[..., 0::2] + 1j * x[..., 1::2]) * turn
        return np.stack([z.real, z.imag], axis=-1).reshape(x.shape).astype(x.dtype)
