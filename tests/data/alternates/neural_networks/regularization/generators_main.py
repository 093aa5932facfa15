"""Sums over generators of entries; Fortran order in the gradients."""

import math

import numpy as np

from framework.interfaces import Penalty

print("regularization", end="")


def weights(parameters):
    for_all = {}
    for name in parameters:
        if len(np.shape(parameters[name])) > 1:
            for_all[name] = parameters[name]
    return for_all


def entries(parameters):
    for W in weights(parameters).values():
        yield from (float(w) for w in W.flat)


class L2Penalty(Penalty):
    def __init__(self, strength):
        if math.isnan(strength) or strength < 0:
            raise ValueError("strength must be at least 0")
        self.strength = strength

    def value(self, parameters):
        return self.strength * math.fsum(w * w for w in entries(parameters))

    def gradient(self, parameters):
        return {
            name: np.array(2 * self.strength * W, dtype=W.dtype, order="F")
            for name, W in weights(parameters).items()
        }


class L1Penalty(Penalty):
    def __init__(self, strength):
        if math.isnan(strength) or strength < 0:
            raise ValueError("strength must be at least 0")
        self.strength = strength

    def value(self, parameters):
        return self.strength * math.fsum(abs(w) for w in entries(parameters))

    def gradient(self, parameters):
        result = {}
        for name, W in weights(parameters).items():
            signs = np.zeros_like(W, order="F")
            signs[W > 0] = self.strength
            signs[W < 0] = -self.strength
            result[name] = signs
        return result


def soft_threshold(w, amount):
    return np.where(np.abs(w) > amount, w - np.sign(w) * amount, np.zeros_like(w))


def fit_linear(x, y, *, l2=0.0, l1=0.0, learning_rate=0.1, steps=300):
    N, D = x.shape
    w, b = np.zeros(D), 0.0
    for _ in range(steps):
        off = x.dot(w) + (b - y)
        slope = np.einsum("n,nd->d", off, x) * (2 / N) + l2 * 2 * w
        b = b - learning_rate * 2 * np.sum(off) / N
        w = soft_threshold(w - learning_rate * slope, l1 * learning_rate)
    return w, float(b)


if __name__ == "__main__":
    print(L1Penalty(1.0).gradient({"W": np.eye(2)}))
