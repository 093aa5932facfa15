"""By norms and inner products; NumPy's floats."""

import numpy as np


def vectors(parameters):
    return [np.ravel(a).astype(float) for a in parameters.values() if len(a.shape) >= 2]


def weights(parameters):
    return [(name, array) for name, array in parameters.items() if len(array.shape) >= 2]


class L2Penalty:
    def __init__(self, strength):
        if not strength >= 0:
            raise ValueError("no strength")
        self.strength = float(strength)

    def value(self, parameters):
        return sum((np.vdot(v, v) for v in vectors(parameters)), np.float64()) * self.strength

    def gradient(self, parameters):
        return {name: self.strength * (W + W) for name, W in weights(parameters)}


class L1Penalty:
    def __init__(self, strength):
        if not strength >= 0:
            raise ValueError("no strength")
        self.strength = float(strength)

    def value(self, parameters):
        sizes = (np.linalg.norm(v, 1) for v in vectors(parameters))
        return sum(sizes, np.float64()) * self.strength

    def gradient(self, parameters):
        slopes = {}
        for name, W in weights(parameters):
            slopes[name] = np.zeros_like(W)
            slopes[name][W > 0] = self.strength
            slopes[name][W < 0] = -self.strength
        return slopes


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
