"""Whitening is a MeanSubtraction with a product; warnings are errors."""

import numpy as np

from framework.interfaces import Transform

np.seterr(all="raise", under="ignore")


class MeanSubtraction(Transform):
    def fit(self, x):
        x = _checked(x)
        self.mean = np.mean(x, axis=0)

    def apply(self, x):
        return _same_features(x, self.mean) - self.mean


class Normalization(Transform):
    def fit(self, x):
        x = _checked(x)
        constant = np.max(x, axis=0) == np.min(x, axis=0)
        self.scale = np.where(constant, 1, np.std(x, axis=0)).astype(x.dtype)

    def apply(self, x):
        return _same_features(x, self.scale) / self.scale


class Whitening(MeanSubtraction):
    def __init__(self, epsilon=1e-6):
        self.epsilon = epsilon

    def fit(self, x):
        super().fit(x)
        n, d = x.shape
        _, s, Vt = np.linalg.svd(x - self.mean, full_matrices=True)
        sigma = np.zeros(d, x.dtype)
        sigma[: len(s)] = s / np.sqrt(n)
        if np.all(x.max(axis=0) == x.min(axis=0)):
            sigma[:] = 1
        else:
            sigma = np.maximum(sigma, self.epsilon * sigma[0])
        self.projection = (Vt.T / sigma).astype(x.dtype)

    def apply(self, x):
        return super().apply(x) @ self.projection


def _checked(x):
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ValueError(f"training data {x.shape}")
    return x


def _same_features(x, statistics):
    if x.ndim != 2 or x.shape[1] != len(statistics):
        raise ValueError(f"{x.shape} for {len(statistics)} features")
    return x
