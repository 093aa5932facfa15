"""Statistics feature by feature, in Fortran order; tests under ``__main__``."""

import numpy as np

from framework.interfaces import Transform


def _checked(x):
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ValueError("(N, D) finite numbers")
    return np.asfortranarray(x)


def _features(x, d):
    if x.ndim != 2 or x.shape[1] != d:
        raise ValueError(f"{d} features, not {x.shape}")
    return np.asfortranarray(x)


class MeanSubtraction(Transform):
    def fit(self, x):
        x = _checked(x)
        self.mean = x.sum(0) / x.dtype.type(len(x))

    def apply(self, x):
        return _features(x, self.mean.size) - self.mean[np.newaxis, :]


class Normalization(Transform):
    def fit(self, x):
        x = _checked(x)
        scales = []
        for column in x.T:
            same = np.ptp(column) == 0
            scales.append(1.0 if same else np.sqrt(np.mean((column - column.mean()) ** 2)))
        self.scale = np.array(scales, x.dtype)

    def apply(self, x):
        return np.divide(_features(x, self.scale.size), self.scale)


class Whitening(Transform):
    def __init__(self, epsilon=1e-6):
        self.epsilon = epsilon

    def fit(self, x):
        x = _checked(x)
        self.mean = x.mean(axis=0)
        centred = x - self.mean
        left, stretch, _right = np.linalg.svd(centred.T, full_matrices=True)
        s = np.zeros(x.shape[1])
        s[: stretch.size] = stretch / len(x) ** 0.5
        least = self.epsilon * s[0]
        varied = bool((np.ptp(x, axis=0) > 0).any())
        s = np.array([max(value, least) for value in s]) if varied else np.ones_like(s)
        self.projection = np.asarray(left @ np.diag(1 / s), dtype=x.dtype, order="F")

    def apply(self, x):
        return np.dot(_features(x, self.mean.size) - self.mean, self.projection)


if __name__ == "__main__":
    transform = Normalization()
    transform.fit(np.eye(2))
    print(transform.apply(np.eye(2)))
