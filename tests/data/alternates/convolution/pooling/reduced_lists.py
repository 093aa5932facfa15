"""Local maxima of all offsets stacked on a new axis; k-max by a stable sort."""

import numpy as np

from framework.interfaces import Model


def _words(x, mask):
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(f"x is {x.shape}")
    if mask is not None and mask.shape != x.shape[:2]:
        raise ValueError(f"mask is {mask.shape}")
    return np.ones(x.shape[:2], bool) if mask is None else np.array(mask, bool)


class AverageOverTime(Model):
    def forward(self, x, mask=None):
        self.words = _words(x, mask)[..., None]
        self.counts = self.words.sum(axis=1).clip(1).astype(x.dtype)
        return np.sum(x, axis=1, where=self.words) / self.counts

    def backward(self, grad_output):
        return np.where(self.words, (grad_output / self.counts)[:, None], grad_output.dtype.type(0))


class KMaxPool(Model):
    def __init__(self, k):
        super().__init__()
        if k <= 0:
            raise ValueError(k)
        self.k = k

    def forward(self, x, mask=None):
        words = _words(x, mask)[..., None] & np.ones(x.shape, bool)
        order = np.argsort(np.where(words, -x, np.inf), axis=1, kind="stable")
        chosen = np.zeros(x.shape, bool)
        np.put_along_axis(chosen, order[:, : self.k], True, axis=1)
        self.chosen = chosen & words
        self.place = np.cumsum(self.chosen, axis=1) - 1
        y = np.zeros((len(x), self.k, x.shape[2]), x.dtype)
        n, t, c = np.nonzero(self.chosen)
        y[n, self.place[n, t, c], c] = x[n, t, c]
        return y

    def backward(self, grad_output):
        n, t, c = np.nonzero(self.chosen)
        grad_x = np.zeros(self.chosen.shape, grad_output.dtype)
        grad_x[n, t, c] = grad_output[n, self.place[n, t, c], c]
        return grad_x


class LocalMaxPool(Model):
    def __init__(self, size, stride):
        super().__init__()
        if not 1 <= stride <= size:
            raise ValueError((size, stride))
        self.size, self.stride = size, stride

    def output_length(self, length):
        return 1 + max(0, -((self.size - length) // self.stride))

    def _windows(self, T):
        return np.arange(self.output_length(T))[:, None] * self.stride + np.arange(self.size)

    def forward(self, x, mask=None):
        words, T = _words(x, mask), x.shape[1]
        steps = self._windows(T)
        inside = steps < T
        steps = np.minimum(steps, T - 1)
        valid = (words[:, steps] & inside)[..., None]
        values = np.where(valid, x[:, steps], -np.inf)
        winner = values.argmax(axis=2)
        self.some = valid.any(axis=2)
        self.step = np.take_along_axis(np.broadcast_to(steps[None, ..., None], values.shape),
                                       winner[:, :, None], axis=2)[:, :, 0]  # fmt: skip
        self.shape = x.shape
        best = np.take_along_axis(x, self.step, axis=1)
        return np.where(self.some, best, x.dtype.type(0))

    def backward(self, grad_output):
        grad_x = np.zeros(self.shape, grad_output.dtype)
        N, _, C = grad_output.shape
        places = np.arange(N)[:, None, None], self.step, np.arange(C)
        np.add.at(grad_x, places, grad_output * self.some)
        return grad_x


class MaxOverTime(Model):
    def forward(self, x, mask=None):
        self.whole = LocalMaxPool(x.shape[1] if x.ndim == 3 and x.shape[1] else 1, 1)
        return self.whole.forward(x, mask)[:, 0]

    def backward(self, grad_output):
        return self.whole.backward(grad_output[:, None])
