"""Layers of convolutional networks for text, on JAX arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from framework.models.differentiated import DifferentiatedModel
from plugins.jax_backend.layers import Affine, check
from plugins.networks.shared.receptive_field import receptive_field  # noqa: F401 - of the exercise `conv1d`


class Conv1d(DifferentiatedModel):
    """y_t = b + Σ_k x_{t·stride + k·dilation} W_k, where x has `padding` zeros on both sides."""

    def __init__(
        self, in_channels: int, out_channels: int, width: int, *, padding: int = 0,
        stride: int = 1, dilation: int = 1, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        super().__init__()
        check(min(width, stride, dilation) >= 1 and padding >= 0, "a size is not positive")
        self.in_channels, self.width, D = in_channels, width, in_channels
        self.padding, self.stride, self.dilation = padding, stride, dilation
        self.span = (width - 1) * dilation + 1
        self.add_parameter(
            "W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, out_channels))
        )
        self.add_parameter("b", np.zeros(out_channels))

    def output_length(self, length: int) -> int:
        room = length + 2 * self.padding - self.span
        check(room >= 0, f"a text of {length} words has no room for a window of {self.span}")
        return room // self.stride + 1

    def forward(self, x: Any) -> Any:
        fits = x.ndim == 3 and x.shape[2] == self.in_channels
        check(fits, f"x {x.shape} is not (N, T, {self.in_channels})")
        self.output_length(x.shape[1])
        return super().forward(x)

    def compute(self, p: Mapping[str, Any], x: Any) -> Any:
        padding, dilation = [(self.padding, self.padding)], (self.dilation,)
        y = jax.lax.conv_general_dilated(
            x, p["W"], (self.stride,), padding, None, dilation, ("NWC", "WIO", "NWC")
        )
        return y + p["b"]


class PointwiseConv(Affine):
    """A 1×1 convolution, one affine map for all words."""

    def forward(self, x: Any) -> Any:
        check(x.ndim == 3, f"x {x.shape} is not (N, T, {self.input_size})")
        return super().forward(x)


class _Pool(DifferentiatedModel):
    """A pooling of texts `(N, T, C)` with a mask `(N, T)`; 0 without words."""

    def forward(self, x: Any, mask: Any = None) -> Any:
        check(x.ndim == 3 and x.shape[1] > 0, f"x {x.shape} is not (N, T, C) with T ≥ 1")
        words = jnp.ones(x.shape[:2], bool) if mask is None else mask.astype(bool)
        check(words.shape == x.shape[:2], f"mask {words.shape} is not {x.shape[:2]}")
        return super().forward(x, words[:, :, None])

    def backward(self, grad_output: Any) -> Any:
        return super().backward(grad_output)[0]


def _padded(x: Any, words: Any, after: int) -> Any:
    """Return x with −∞ at padding, and at `after` more steps."""
    x = jnp.where(words, x, -jnp.inf)
    return jnp.pad(x, ((0, 0), (0, after), (0, 0)), constant_values=-jnp.inf)


def _first_largest(x: Any, axis: int, k: int = 1) -> Any:
    """Return the k largest numbers, the earlier of equal ones, in their order; 0 for −∞."""
    best = jax.lax.slice_in_dim(jnp.argsort(-x, axis=axis, stable=True), 0, k, axis=axis)
    values = jnp.take_along_axis(x, best, axis=axis)
    places = jnp.where(jnp.isneginf(values), x.shape[axis], best)
    values = jnp.take_along_axis(values, jnp.argsort(places, axis=axis), axis=axis)
    return jnp.where(jnp.isneginf(values), 0, values)


class MaxOverTime(_Pool):
    """The greatest number of each channel, `(N, C)`."""

    @staticmethod
    def compute(p: Mapping[str, Any], x: Any, words: Any) -> Any:
        return _first_largest(jnp.where(words, x, -jnp.inf), 1)[:, 0]


class AverageOverTime(_Pool):
    """The mean of each channel over the words of a text, `(N, C)`."""

    @staticmethod
    def compute(p: Mapping[str, Any], x: Any, words: Any) -> Any:
        return jnp.where(words, x, 0).sum(1) / jnp.maximum(words.sum(1), 1).astype(x.dtype)


class LocalMaxPool(_Pool):
    """The maximum of each window, `(N, T', C)`; the last window is padded."""

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        check(1 <= stride <= size, f"1 ≤ stride ≤ size, but got {stride} and {size}")
        self.size, self.stride = size, stride

    def output_length(self, length: int) -> int:
        return -(-max(length - self.size, 0) // self.stride) + 1

    def compute(self, p: Mapping[str, Any], x: Any, words: Any) -> Any:
        starts = np.arange(self.output_length(x.shape[1]))[:, None] * self.stride
        places = starts + np.arange(self.size)
        missing = max(int(places.max()) + 1 - x.shape[1], 0)
        x = _padded(x, words, missing)
        return _first_largest(x[:, places], 2)[:, :, 0]


class KMaxPool(_Pool):
    """The k greatest numbers of each channel in the order of the text, `(N, k, C)`."""

    def __init__(self, k: int) -> None:
        super().__init__()
        check(k >= 1, f"k is at least 1, but got {k}")
        self.k = k

    def compute(self, p: Mapping[str, Any], x: Any, words: Any) -> Any:
        return _first_largest(_padded(x, words, self.k), 1, self.k)


class BatchNorm1d(DifferentiatedModel):
    """y = γ (x − μ) / √(σ² + ε) + β, feature by feature; μ and σ² of the batch in training."""

    def __init__(self, features: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        check(0 <= momentum <= 1 and epsilon > 0, f"momentum {momentum}, epsilon {epsilon}")
        self.features, self.momentum, self.epsilon = features, momentum, epsilon
        gamma = self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.buffers.update(running_mean=0 * gamma, running_variance=gamma)

    running_mean = property(lambda self: self.buffers["running_mean"])
    running_variance = property(lambda self: self.buffers["running_variance"])

    def forward(self, x: Any) -> Any:
        fits = x.ndim in (2, 3) and x.shape[-1] == self.features
        check(fits, f"x {x.shape} is not (N, {self.features}) or (N, T, {self.features})")
        rows = x.reshape(-1, self.features)
        check(not self.training or len(rows) > 1, f"{len(rows)} rows have no variance")
        running, m = [self.running_mean, self.running_variance], self.momentum
        y, *new = super().forward(rows, jnp.asarray(self.training), *running)
        if self.training:
            for name, old, now in zip(self.buffers, running, new, strict=True):
                self.buffers[name] = old + m * (now - old)
        return y.reshape(x.shape)

    def backward(self, grad_output: Any) -> Any:
        grad, *_ = super().backward(grad_output.reshape(-1, self.features))
        return grad.reshape(grad_output.shape)

    def compute(self, p: Mapping[str, Any], x: Any, training: Any, *running: Any) -> Any:
        mean, variance = x.mean(0), x.var(0)
        mu = jnp.where(training, mean, running[0])
        square = jnp.where(training, variance, running[1])
        y = p["gamma"] * (x - mu) / jnp.sqrt(square + self.epsilon) + p["beta"]
        return y, mean, variance * len(x) / max(len(x) - 1, 1)
