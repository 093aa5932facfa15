"""Entry by entry."""

import numpy as np


class L2Penalty:
    def __init__(self, strength):
        if not strength >= 0:
            raise ValueError("no strength")
        self.strength = strength

    def value(self, parameters):
        total = 0.0
        for array in parameters.values():
            if array.ndim > 1:
                for w in array.flat:
                    total += self.strength * float(w) * float(w)
        return total

    def gradient(self, parameters):
        return self.by_entry(parameters, lambda w: 2 * self.strength * w)

    @staticmethod
    def by_entry(parameters, slope):
        found = {}
        for name, array in parameters.items():
            if array.ndim > 1:
                found[name] = np.empty_like(array)
                for place, w in np.ndenumerate(array):
                    found[name][place] = slope(w)
        return found


class L1Penalty(L2Penalty):
    def value(self, parameters):
        weights = (array for array in parameters.values() if array.ndim > 1)
        return self.strength * sum(abs(float(w)) for array in weights for w in array.flat)

    def gradient(self, parameters):
        return self.by_entry(parameters, lambda w: self.strength * (int(w > 0) - int(w < 0)))


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
