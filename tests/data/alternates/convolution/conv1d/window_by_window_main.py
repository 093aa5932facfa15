"""A generator of windows, in Fortran order; prints, and tests under ``__main__``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from framework.interfaces import Array, Model

print("convolution")


class PointwiseConv(Model):
    def __init__(self, in_channels: int, out_channels: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.in_channels = in_channels
        W = rng.normal(scale=in_channels**-0.5, size=(in_channels, out_channels))
        self.add_parameter("W", W)
        self.add_parameter("b", np.zeros(out_channels))

    def forward(self, x: Array) -> Array:
        if x.ndim != 3 or x.shape[-1] != self.in_channels:
            raise ValueError(x.shape)
        self.x = np.asfortranarray(x).copy()
        return np.asfortranarray(np.inner(x, self.parameters["W"].T) + self.parameters["b"])

    def backward(self, grad_output: Array) -> Array:
        for x, grad in zip(self.x, grad_output, strict=True):
            self.gradients["W"] += x.T @ grad
            self.gradients["b"] += grad.sum(axis=0)
        return np.inner(grad_output, self.parameters["W"])


class Conv1d(Model):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        width: int,
        *,
        padding: int = 0,
        stride: int = 1,
        dilation: int = 1,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        for number, least in ((width, 1), (stride, 1), (dilation, 1), (padding, 0)):
            if number < least:
                raise ValueError(f"{number} is below {least}")
        self.in_channels, self.out_channels, self.width = in_channels, out_channels, width
        self.padding, self.stride, self.dilation = padding, stride, dilation
        self.span = 1 + dilation * (width - 1)
        size = (width, in_channels, out_channels)
        self.add_parameter("W", rng.normal(scale=(width * in_channels) ** -0.5, size=size))
        self.add_parameter("b", np.zeros(out_channels))

    def output_length(self, length: int) -> int:
        count = len(range(0, length + 2 * self.padding - self.span + 1, self.stride))
        if not count:
            raise ValueError("too short for one window")
        return count

    def _slices(self, length: int) -> Iterator[tuple[int, slice]]:
        for t in range(self.output_length(length)):
            start = t * self.stride
            yield t, slice(start, start + self.span, self.dilation)

    def forward(self, x: Array) -> Array:
        if x.ndim != 3 or x.shape[-1] != self.in_channels:
            raise ValueError(f"{x.shape} with {self.in_channels} channels")
        N, self.T, D = x.shape
        y = np.empty((N, self.output_length(self.T), self.out_channels), x.dtype, order="F")
        zeros = np.zeros((N, self.padding, D), x.dtype)
        self.padded = np.concatenate([zeros, x, zeros], axis=1)
        for t, window in self._slices(self.T):
            y[:, t] = np.tensordot(self.padded[:, window], self.parameters["W"], 2)
        return y + self.parameters["b"]

    def backward(self, grad_output: Array) -> Array:
        grad = np.zeros(self.padded.shape, self.padded.dtype)
        for t, window in self._slices(self.T):
            g = grad_output[:, t]
            self.gradients["W"] += np.tensordot(self.padded[:, window], g, (0, 0))
            self.gradients["b"] += g.sum(axis=0)
            grad[:, window] += np.tensordot(g, self.parameters["W"], (1, 2))
        return grad[:, self.padding : self.padding + self.T]


def receptive_field(layers: list[tuple[int, int, int]]) -> int:
    """The first and the last place that a window at place 0 reads, layer by layer."""
    spans, step = [], 1
    for width, stride, dilation in layers:
        if 0 in (width, stride, dilation) or min(width, stride, dilation) < 0:
            raise ValueError("not positive")
        spans.append(step * dilation * (width - 1))
        step *= stride
    return 1 + sum(spans)


if __name__ == "__main__":
    layer = Conv1d(1, 1, 3, padding=1, rng=np.random.default_rng(0))
    print(layer.output_length(7))
