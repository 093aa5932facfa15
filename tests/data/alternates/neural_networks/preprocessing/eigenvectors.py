"""Covariances and their eigenvectors."""

import numpy as np


def data(x, features=None):
    if x.ndim != 2 or (features is not None and x.shape[1] != features):
        raise ValueError("these are no such data")
    return x


def training(x):
    data(x)
    if x.shape[0] == 0 or np.isnan(x).any() or np.isinf(x).any():
        raise ValueError("nothing to learn from")
    return x


class MeanSubtraction:
    def fit(self, x):
        self.mu = np.add.reduce(training(x), axis=0) / x.dtype.type(len(x))

    def apply(self, x):
        return data(x, len(self.mu)) + -self.mu


class Normalization:
    def fit(self, x):
        centred = training(x) - x.mean(axis=0)
        self.inverse = 1 / np.sqrt(np.einsum("nd,nd->d", centred, centred) / x.dtype.type(len(x)))
        self.inverse[np.ptp(x, axis=0) == 0] = 1

    def apply(self, x):
        return data(x, len(self.inverse)) * self.inverse


class Whitening:
    def __init__(self, epsilon=1e-6):
        self.epsilon = epsilon

    def fit(self, x):
        self.mu = training(x).mean(axis=0)
        centred = (x - self.mu).astype(np.longdouble).astype(float)
        _, _, V = np.linalg.svd(centred)
        V = V.T
        deviations = np.sqrt(np.mean((centred @ V) ** 2, axis=0))
        self.V, self.dtype = V, x.dtype
        self.s = np.maximum(deviations, self.epsilon * deviations.max())
        if not deviations.any():
            self.s[:] = 1

    def apply(self, x):
        return ((data(x, len(self.mu)) - self.mu) @ self.V / self.s).astype(self.dtype)
