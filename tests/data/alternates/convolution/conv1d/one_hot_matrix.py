"""A matrix of zeros and ones for each place of the filter; type annotated."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


def _require(x: Array, channels: int) -> None:
    if x.ndim != 3 or x.shape[2] != channels:
        raise ValueError(f"x is {x.shape}, with {channels} channels expected")


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
        if min(width, stride, dilation, padding + 1) < 1:
            raise ValueError("settings")
        self.D, self.width, self.padding = in_channels, width, padding
        self.stride, self.dilation = stride, dilation
        self.span = dilation * (width - 1) + 1
        shape = (width, in_channels, out_channels)
        self.add_parameter("W", rng.normal(scale=(width * in_channels) ** -0.5, size=shape))
        self.add_parameter("b", np.zeros(out_channels))

    def output_length(self, length: int) -> int:
        last = length + 2 * self.padding - self.span
        if last < 0:
            raise ValueError("no window fits")
        return 1 + last // self.stride

    def _selections(self, T: int, dtype) -> list[Array]:
        steps = np.arange(self.output_length(T))[:, None] * self.stride - self.padding
        return [
            (steps + k * self.dilation == np.arange(T)).astype(dtype) for k in range(self.width)
        ]

    def forward(self, x: Array) -> Array:
        _require(x, self.D)
        self.x, self.selections = x.copy(), self._selections(x.shape[1], x.dtype)
        y = self.parameters["b"]
        for S, W in zip(self.selections, self.parameters["W"], strict=True):
            y = y + S @ self.x @ W
        return y

    def backward(self, grad_output: Array) -> Array:
        self.gradients["b"] += grad_output.sum(axis=0).sum(axis=0)
        grad_x = np.zeros_like(self.x)
        for k, S in enumerate(self.selections):
            read = S @ self.x
            self.gradients["W"][k] += np.tensordot(read, grad_output, ((0, 1), (0, 1)))
            grad_x += S.T @ grad_output @ self.parameters["W"][k].T
        return grad_x


class PointwiseConv(Model):
    def __init__(self, in_channels: int, out_channels: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.D = in_channels
        shape = (in_channels, out_channels)
        self.add_parameter("W", rng.normal(scale=in_channels**-0.5, size=shape))
        self.add_parameter("b", np.zeros(out_channels))

    def forward(self, x: Array) -> Array:
        _require(x, self.D)
        self.rows, self.shape = x.reshape(-1, self.D).copy(), x.shape
        y = self.rows @ self.parameters["W"] + self.parameters["b"]
        return y.reshape(*x.shape[:2], -1) if y.size else np.zeros((*x.shape[:2], y.shape[1]))

    def backward(self, grad_output: Array) -> Array:
        grad = grad_output.reshape(-1, grad_output.shape[2])
        self.gradients["W"] += self.rows.T @ grad
        self.gradients["b"] += grad.sum(axis=0)
        return (grad @ self.parameters["W"].T).reshape(self.shape)


def receptive_field(layers: list[tuple[int, int, int]]) -> int:
    table = np.array(layers, dtype=int).reshape(-1, 3)
    if table.size and table.min() < 1:
        raise ValueError(f"{table.tolist()} has a number below 1")
    width, stride, dilation = table.T
    steps = np.cumprod(np.concatenate([[1], stride]))[:-1]
    return int(1 + ((width - 1) * dilation) @ steps)
