"""Whitening by the eigenvectors of the covariance matrix, as the equation says."""

import numpy as np

from framework.interfaces import Transform


def _checked(x):
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ValueError(f"training data {x.shape}")
    return x


def _same(x, statistics):
    if x.ndim != 2 or x.shape[1] != len(statistics):
        raise ValueError(x.shape)
    return x


class MeanSubtraction(Transform):
    def fit(self, x):
        self.mean = _checked(x).mean(axis=0)

    def apply(self, x):
        return _same(x, self.mean) - self.mean


class Normalization(Transform):
    def fit(self, x):
        scale = _checked(x).std(axis=0)
        scale[x.max(axis=0) == x.min(axis=0)] = 1
        self.scale = scale

    def apply(self, x):
        return _same(x, self.scale) / self.scale


class Whitening(Transform):
    def __init__(self, epsilon=1e-6):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = _checked(x).mean(axis=0)
        centred = (x - self.mean).astype(float)
        variances, V = np.linalg.eigh(centred.T @ centred / len(x))
        variances, V = variances[::-1], V[:, ::-1]
        s = np.sqrt(np.maximum(variances, 0))
        if np.all(x == x[0]):
            s = np.ones_like(s)
        s = np.maximum(s, self.epsilon * s[0])
        self.projection = (V / s).astype(x.dtype)

    def apply(self, x):
        return (_same(x, self.mean) - self.mean) @ self.projection
