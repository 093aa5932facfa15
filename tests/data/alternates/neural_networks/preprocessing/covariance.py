"""Statistics in a private base class; the singular values of the centred data; float64 inside."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Transform


class _Fitted(Transform):
    features = 0

    def fit(self, x: Array) -> None:
        if x.ndim != 2 or x.size == 0 or not np.all(np.isfinite(x)):
            raise ValueError(f"no training data: {x.shape}")
        self.features, self.dtype = x.shape[1], x.dtype
        self.learn(x.astype(np.float64))

    def apply(self, x: Array) -> Array:
        if x.ndim != 2 or x.shape[1] != self.features:
            raise ValueError(f"{self.features} features, not {x.shape}")
        return self.transformed(x.astype(np.float64)).astype(x.dtype)

    def learn(self, x: Array) -> None:
        raise NotImplementedError

    def transformed(self, x: Array) -> Array:
        raise NotImplementedError


class MeanSubtraction(_Fitted):
    def learn(self, x: Array) -> None:
        self.mean = np.average(x, axis=0)

    def transformed(self, x: Array) -> Array:
        return x - self.mean


class Normalization(_Fitted):
    def learn(self, x: Array) -> None:
        self.scale = np.array([np.std(f) if len(set(f.tolist())) > 1 else 1.0 for f in x.T])

    def transformed(self, x: Array) -> Array:
        return x * (1 / self.scale)


class Whitening(_Fitted):
    def __init__(self, epsilon: float = 1e-6) -> None:
        self.epsilon = epsilon

    def learn(self, x: Array) -> None:
        self.mean = np.average(x, axis=0)
        centred = x - self.mean
        _, S, V_T = np.linalg.svd(np.vstack([centred, np.zeros((x.shape[1],) * 2)]))
        s = S[: x.shape[1]] / np.sqrt(len(x))
        if np.array_equal(x.min(axis=0), x.max(axis=0)):
            s = np.ones_like(s)
        self.projection = V_T.T @ np.diag(1 / np.fmax(s, self.epsilon * s.max()))

    def transformed(self, x: Array) -> Array:
        return (x - self.mean).dot(self.projection)
