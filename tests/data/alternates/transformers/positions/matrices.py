"""A table of the slowest form: a rotation matrix for each word, and loops over the features."""

import math

import numpy as np

from framework.interfaces import Model


def angles(positions, d):
    if d < 2 or d % 2 == 1:
        raise ValueError("d should be even")
    return np.array(
        [[t / math.pow(10000, 2 * i / d) for i in range(d // 2)] for t in positions.tolist()]
    ).reshape(len(positions), d // 2)


def sinusoidal(length, d):
    a, table = angles(np.arange(length), d), np.zeros((length, d))
    for c in range(d):
        table[:, c] = np.cos(a[:, c // 2]) if c % 2 else np.sin(a[:, c // 2])
    return table


class LearnedPositions(Model):
    def __init__(self, length, d, *, rng):
        super().__init__()
        self.length, self.d = length, d
        self.add_parameter("P", rng.normal(0, 0.02, (length, d)))

    def forward(self, x, start=0):
        if x.ndim < 2 or x.shape[-1] != self.d:
            raise ValueError(f"x is {x.shape}")
        if not 0 <= start <= self.length - x.shape[-2]:
            raise ValueError(f"start is {start}")
        self.start = start
        y = x.copy()
        for t in range(x.shape[-2]):
            y[..., t, :] += self.parameters["P"][start + t]
        return y

    def backward(self, grad_output):
        for t in range(grad_output.shape[-2]):
            of_word = grad_output[..., t, :].reshape(-1, self.d)
            self.gradients["P"][self.start + t] += of_word.sum(axis=0)
        return np.array(grad_output)


class Rotary(Model):
    def __init__(self, d):
        super().__init__()
        if d < 2 or d % 2 == 1:
            raise ValueError("d should be even")
        self.d = d

    def forward(self, x, start=0):
        if x.ndim < 2 or x.shape[-1] != self.d or start < 0:
            raise ValueError("x or start")
        a = angles(np.arange(start, start + x.shape[-2]), self.d)
        self.R = np.zeros((len(a), self.d, self.d))
        for i in range(self.d // 2):
            u, v = 2 * i, 2 * i + 1
            self.R[:, u, u] = self.R[:, v, v] = np.cos(a[:, i])
            self.R[:, v, u] = np.sin(a[:, i])
            self.R[:, u, v] = -np.sin(a[:, i])
        self.R = self.R.astype(x.dtype)
        return np.einsum("tij,...tj->...ti", self.R, x)

    def backward(self, grad_output):
        return np.einsum("tij,...ti->...tj", self.R, grad_output)
