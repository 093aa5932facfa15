"""Each text and channel is a Python list; prints, and tests under ``__main__``."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model

print("pooling")


def _checked(x: Array, mask: Array | None) -> Array:
    if x.ndim != 3 or not x.shape[1]:
        raise ValueError("texts are (N, T, C)")
    if mask is not None and mask.shape != x.shape[:2]:
        raise ValueError("a mask is (N, T)")
    return np.ones(x.shape[:2], bool) if mask is None else np.array(mask, bool)


class _Selecting(Model):
    """Keeps for each number of y the step that it comes from, or −1."""

    def select(self, numbers: list[float], words: list[int]) -> list[int]:
        raise NotImplementedError

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        words = _checked(x, mask)
        self.shape = N, _, C = x.shape
        rows = [np.flatnonzero(words[n]).tolist() for n in range(N)]
        self.sources = np.array(
            [[self.select(x[n, :, c].tolist(), rows[n]) for c in range(C)] for n in range(N)]
        ).reshape(N, C, -1)
        values = np.take_along_axis(x, np.maximum(self.sources, 0).swapaxes(1, 2), axis=1)
        return self.shaped(np.where(self.sources.swapaxes(1, 2) < 0, x.dtype.type(0), values))

    def backward(self, grad_output: Array) -> Array:
        grad_x = np.zeros(self.shape, grad_output.dtype)
        grad = grad_output.reshape(len(grad_output), -1, self.shape[2])
        for n, c, i in zip(*np.nonzero(self.sources >= 0), strict=True):
            grad_x[n, self.sources[n, c, i], c] += grad[n, i, c]
        return grad_x

    def shaped(self, y: Array) -> Array:
        return y


def _first_of_the_largest(numbers: list[float], steps: list[int]) -> int:
    return max(steps, key=lambda t: (numbers[t], -t), default=-1)


class MaxOverTime(_Selecting):
    def select(self, numbers: list[float], words: list[int]) -> list[int]:
        return [_first_of_the_largest(numbers, words)]

    def shaped(self, y: Array) -> Array:
        return y[:, 0]


class LocalMaxPool(_Selecting):
    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        if not 1 <= stride <= size:
            raise ValueError(f"stride {stride}, size {size}")
        self.size, self.stride = size, stride

    def output_length(self, length: int) -> int:
        windows = 1
        while (windows - 1) * self.stride + self.size < length:
            windows += 1
        return windows

    def select(self, numbers: list[float], words: list[int]) -> list[int]:
        starts = [i * self.stride for i in range(self.output_length(len(numbers)))]
        windows = ([t for t in words if start <= t < start + self.size] for start in starts)
        return [_first_of_the_largest(numbers, window) for window in windows]


class KMaxPool(_Selecting):
    def __init__(self, k: int) -> None:
        super().__init__()
        if not k >= 1:
            raise ValueError("k is at least 1")
        self.k = k

    def select(self, numbers: list[float], words: list[int]) -> list[int]:
        best = sorted(sorted(words, key=lambda t: numbers[t], reverse=True)[: self.k])
        return best + [-1] * (self.k - len(best))


class AverageOverTime(Model):
    def forward(self, x: Array, mask: Array | None = None) -> Array:
        words = _checked(x, mask)
        self.share = np.array(
            [row / max(row.sum(), 1) for row in words.astype(x.dtype)], x.dtype
        ).reshape(words.shape)
        return np.einsum("nt,ntc->nc", self.share, np.where(words[..., None], x, x.dtype.type(0)))

    def backward(self, grad_output: Array) -> Array:
        return np.einsum("nt,nc->ntc", self.share, grad_output)


if __name__ == "__main__":
    assert LocalMaxPool(3, 2).output_length(64) == 32
