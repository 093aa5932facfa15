"""Every pooling as a matrix of shares `(N, P, T, C)`: what each output takes from each step."""

import numpy as np

from framework.interfaces import Model


class Pool(Model):
    def forward(self, x, mask=None):
        if x.ndim != 3 or x.shape[1] < 1 or (mask is not None and mask.shape != x.shape[:2]):
            raise ValueError("shapes")
        words = (
            np.ones(x.shape, bool) if mask is None else np.repeat(mask[..., None], x.shape[2], 2)
        )
        self.shares = self.take(np.where(words, x, 0), words).astype(x.dtype)
        y = np.einsum("nptc,ntc->npc", self.shares, np.where(words, x, 0))
        return y[:, 0] if self.single else y

    def backward(self, grad_output):
        grad = grad_output[:, None] if self.single else grad_output
        return np.einsum("nptc,npc->ntc", self.shares, grad)

    single = True


def first_highest(x, words):
    """The maximum has weight 1; without words there is none."""
    low = np.where(words, x, np.min(x, initial=0) - 1)
    top = words & (low == low.max(axis=1, keepdims=True))
    return top & (np.cumsum(top, axis=1) == 1)


class MaxOverTime(Pool):
    def take(self, x, words):
        return first_highest(x, words)[:, None]


class AverageOverTime(Pool):
    def take(self, x, words):
        n = words.sum(axis=1, keepdims=True)
        return (words / np.where(n == 0, 1, n))[:, None]


class LocalMaxPool(Pool):
    single = False

    def __init__(self, size, stride):
        super().__init__()
        if not 0 < stride <= size:
            raise ValueError("stride")
        self.size, self.stride = size, stride

    def output_length(self, length):
        return 1 + max(0, (length - self.size + self.stride - 1) // self.stride)

    def take(self, x, words):
        T = x.shape[1]
        starts = self.stride * np.arange(self.output_length(T))[:, None]
        inside = (np.arange(T) >= starts) & (np.arange(T) < starts + self.size)
        return np.stack([first_highest(x, words & window[:, None]) for window in inside], axis=1)


class KMaxPool(Pool):
    single = False

    def __init__(self, k):
        super().__init__()
        if k < 1:
            raise ValueError("k")
        self.k = k

    def take(self, x, words):
        chosen = np.zeros_like(words)
        for _ in range(self.k):
            chosen |= first_highest(x, words & ~chosen)
        rank = np.cumsum(chosen, axis=1)
        return np.stack([chosen & (rank == i + 1) for i in range(self.k)], axis=1)
