"""One-dimensional convolution with torch's kernels.

Source: CS224n lecture 11, sections 1.2 to 1.11 and 3.7; Kim, "Convolutional Neural Networks for
Sentence Classification" (2014), equation 2; Lin et al., "Network In Network" (2013), for 1×1.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.neural_networks.neuron import Affine
from plugins.torch_backend.shared.model import AutogradModel


class Conv1d(AutogradModel):
    """y_t = b + Σ_k x_{t·stride + k·dilation} W_k, where x has `padding` zeros on both sides.

    Attributes:
        span: the number of words from the first to the last of a window, (width − 1)·dilation + 1.
    """

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
        if min(width, stride, dilation) < 1 or padding < 0:
            got = f"width={width}, stride={stride}, dilation={dilation}, padding={padding}"
            raise ValueError(f"width, stride, dilation are ≥ 1 and padding ≥ 0, but got {got}")
        D, C = in_channels, out_channels
        self.in_channels, self.width = D, width
        self.padding, self.stride, self.dilation = padding, stride, dilation
        self.span = (width - 1) * dilation + 1
        self.add_parameter("W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, C)))
        self.add_parameter("b", np.zeros(C))

    def output_length(self, length: int) -> int:
        """Return T' for a text of T = `length` words.

        Raises:
            ValueError: not even one window fits.
        """
        room = length + 2 * self.padding - self.span
        if room >= 0:
            return room // self.stride + 1
        text = f"a text of {length} words with padding {self.padding} on both sides"
        raise ValueError(f"{text} has no room for a window that spans {self.span}")

    def forward(self, x: Tensor) -> Tensor:
        """y `(N, T', C)` for the texts `x: (N, T, D)`.

        Raises:
            ValueError: `x` is not `(N, T, D)`, or too short for one window.
        """
        x = _checked(x, self.in_channels)
        self.output_length(x.shape[1])
        return super().forward(x)

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return y, computed by the kernel for images on texts as images of one row.

        This kernel reads the channels last, the memory layout of texts; the kernel for one
        dimension would copy them first. Its backward for a single filter refuses that order.
        """
        (x,), W, b = inputs, parameters["W"], parameters["b"]
        padding = self.padding
        if padding >= self.span:  # oneDNN crashes on windows that contain only its own padding
            x, padding = functional.pad(x, (0, 0, padding, padding)), 0
        order = torch.contiguous_format if len(b) == 1 else torch.channels_last
        image = x.transpose(1, 2)[:, :, None].contiguous(memory_format=order)
        kernel = W.permute(2, 1, 0)[:, :, None].contiguous(memory_format=order)
        settings = ((1, self.stride), (0, padding), (1, self.dilation))
        return functional.conv2d(image, kernel, b, *settings)[:, :, 0].transpose(1, 2)


class PointwiseConv(Affine):
    """A 1×1 convolution, one affine map for all words: y_t = x_t W + b."""

    def __init__(self, in_channels: int, out_channels: int, *, rng: np.random.Generator) -> None:
        super().__init__(in_channels, out_channels, rng=rng)
        self.in_channels = in_channels

    def forward(self, x: Tensor) -> Tensor:
        """y `(N, T, C)` for the texts `x: (N, T, D)`; ValueError for another shape."""
        return super().forward(_checked(x, self.in_channels))


def _checked(value: Tensor, channels: int) -> Tensor:
    x = to_tensor(value)
    if x.ndim != 3 or x.shape[2] != channels:
        raise ValueError(f"x should have shape (N, T, {channels}), but has {tuple(x.shape)}")
    return x
