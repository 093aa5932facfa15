"""Norms of NumPy and ufuncs with a dtype."""

import numpy as np

from framework.interfaces import Penalty


def weights(parameters):
    return {name: W for name, W in parameters.items() if W.ndim >= 2}


def _strength(strength):
    if strength != strength or strength < 0:
        raise ValueError(f"strength {strength}")
    return strength


class L2Penalty(Penalty):
    def __init__(self, strength):
        self.strength = _strength(strength)

    def value(self, parameters):
        norms = [np.linalg.norm(W.ravel()) for W in weights(parameters).values()]
        return self.strength * float(np.dot(norms, norms)) if norms else 0.0

    def gradient(self, parameters):
        found = weights(parameters)
        return {name: np.multiply(W, 2 * self.strength, dtype=W.dtype) for name, W in found.items()}


class L1Penalty(Penalty):
    def __init__(self, strength):
        self.strength = _strength(strength)

    def value(self, parameters):
        total = 0.0
        for W in weights(parameters).values():
            total += np.linalg.norm(W.ravel(), 1)
        return float(total) * self.strength

    def gradient(self, parameters):
        result = {}
        for name, W in weights(parameters).items():
            result[name] = np.copysign(W.dtype.type(self.strength), W) * (W != 0)
        return result


def soft_threshold(w, amount):
    return np.maximum(w - amount, 0) + np.minimum(w + amount, 0)


def fit_linear(x, y, *, l2=0.0, l1=0.0, learning_rate=0.1, steps=300):
    folded = np.column_stack([x, np.ones(len(x))])  # the bias is the last weight
    theta = np.zeros(folded.shape[1])
    for _step in range(steps):
        gradient = folded.T @ (folded @ theta - y) * (2 / len(x))
        gradient[:-1] += 2 * l2 * theta[:-1]
        theta = theta - learning_rate * gradient
        theta[:-1] = soft_threshold(theta[:-1], learning_rate * l1)
    return theta[:-1].copy(), float(theta[-1])
