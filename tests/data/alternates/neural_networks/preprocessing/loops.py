"""Feature by feature; directions from the Gram matrix's own decomposition."""

import numpy as np


class Base:
    def take(self, x):
        if len(x.shape) != 2 or len(x) == 0 or not np.all(np.isfinite(x)):
            raise ValueError("no training data")
        self.features = x.shape[1]
        return x

    def look(self, x):
        if len(x.shape) != 2 or x.shape[1] != self.features:
            raise ValueError("other features")
        return x


class MeanSubtraction(Base):
    def fit(self, x):
        self.take(x)
        self.means = [sum(column) / x.dtype.type(len(column)) for column in x.T]

    def apply(self, x):
        columns = zip(self.look(x).T, self.means, strict=True)
        return np.stack([column - mean for column, mean in columns], axis=1)


class Normalization(Base):
    def fit(self, x):
        self.take(x)
        self.scales = [x.dtype.type(self.deviation(column)) for column in x.T]

    def deviation(self, column):
        if all(entry == column[0] for entry in column):
            return 1.0
        mean = np.mean(column)
        return np.sqrt(np.mean([(entry - mean) ** 2 for entry in column]))

    def apply(self, x):
        columns = zip(self.look(x).T, self.scales, strict=True)
        return np.stack([column / scale for column, scale in columns], axis=1)


class Whitening(Base):
    def __init__(self, epsilon=1e-6):
        self.epsilon = epsilon

    def fit(self, x):
        centred = self.take(x) - x.mean(axis=0)
        U, S, _ = np.linalg.svd(centred.T, full_matrices=True)
        s = np.concatenate([S, np.zeros(self.features - len(S), S.dtype)]) / len(x) ** 0.5
        floor = self.epsilon * s[0] if s[0] > 0 else 1.0
        self.rows = [U[:, i] / max(s[i], floor) for i in range(self.features)]
        self.mean = x.mean(axis=0)

    def apply(self, x):
        centred = self.look(x) - self.mean
        return np.stack([centred @ row for row in self.rows], axis=1).astype(x.dtype)
