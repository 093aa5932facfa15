"""One base class; a penalty states its function and its derivative."""

import numpy as np

from framework.interfaces import Penalty

np.seterr(all="raise")


def weights(parameters):
    return {name: W for name, W in parameters.items() if np.ndim(W) >= 2}


class _Penalty(Penalty):
    def __init__(self, strength):
        if not strength >= 0:
            raise ValueError(f"strength {strength}")
        self.strength = strength

    def value(self, parameters):
        return float(self.strength * sum(self.size(W) for W in weights(parameters).values()))

    def gradient(self, parameters):
        return {
            name: (self.strength * self.slope(W)).astype(W.dtype)
            for name, W in weights(parameters).items()
        }


class L2Penalty(_Penalty):
    def size(self, W):
        return np.vdot(W, W)

    def slope(self, W):
        return W + W


class L1Penalty(_Penalty):
    def size(self, W):
        return np.abs(W).sum()

    def slope(self, W):
        return np.sign(W)


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
