"""One channel of one text at a time, with lists of the places of its words."""

import numpy as np

from framework.interfaces import Model


class Pool(Model):
    """Every pooling chooses places; which number comes from where is kept in `self.from_`."""

    def forward(self, x, mask=None):
        if x.ndim != 3 or not x.shape[1]:
            raise ValueError("x")
        mask = np.ones(x.shape[:2], bool) if mask is None else mask
        if mask.shape != x.shape[:2]:
            raise ValueError("mask")
        self.shape, self.from_ = x.shape, []
        y = np.zeros(self.output_shape(*x.shape), x.dtype)
        for n in range(x.shape[0]):
            words = [t for t in range(x.shape[1]) if mask[n, t]]
            for c in range(x.shape[2]):
                for place, t, share in self.choose(list(x[n, :, c]), words):
                    where = (n, c) if place is None else (n, place, c)
                    y[where] += x[n, t, c] * share
                    self.from_.append((where, (n, t, c), share))
        return y

    def backward(self, grad_output):
        grad_x = np.zeros(self.shape, grad_output.dtype)
        for where, source, share in self.from_:
            grad_x[source] += grad_output[where] * share
        return grad_x


def highest(c, words):
    return min(words, key=lambda t: (-c[t], t))


class MaxOverTime(Pool):
    def output_shape(self, N, T, C):
        return N, C

    def choose(self, c, words):
        return [(None, highest(c, words), 1)] if words else []


class AverageOverTime(Pool):
    def output_shape(self, N, T, C):
        return N, C

    def choose(self, c, words):
        return [(None, t, 1 / len(words)) for t in words]


class LocalMaxPool(Pool):
    def __init__(self, size, stride):
        super().__init__()
        if stride < 1 or stride > size:
            raise ValueError("stride")
        self.size, self.stride = size, stride

    def output_length(self, length):
        windows = 1
        while (windows - 1) * self.stride + self.size < length:
            windows += 1
        return windows

    def output_shape(self, N, T, C):
        return N, self.output_length(T), C

    def choose(self, c, words):
        for i in range(self.output_length(len(c))):
            first = i * self.stride
            inside = [t for t in words if first <= t < first + self.size]
            if inside:
                yield i, highest(c, inside), 1


class KMaxPool(Pool):
    def __init__(self, k):
        super().__init__()
        if k <= 0:
            raise ValueError("k")
        self.k = k

    def output_shape(self, N, T, C):
        return N, self.k, C

    def choose(self, c, words):
        best = sorted(words, key=lambda t: (-c[t], t))[: self.k]
        return [(i, t, 1) for i, t in enumerate(sorted(best))]
