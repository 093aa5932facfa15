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
from plugins.torch_backend.model import AutogradModel


class Conv1d(AutogradModel):
    """y_t = b + Σ_k x_{t·stride + k·dilation} W_k, where x has `padding` zeros on both sides.

    Args:
        in_channels: D.
        out_channels: C.
        width: how many words a filter reads.
        padding: how many zero vectors are added before the text, and as many after it.
        stride: from one window to the next.
        dilation: from one word of a window to the next.
        rng: draws the initial weights.

    Parameters:
        W `(width, D, C)`, b `(C,)`.

    Attributes:
        span: the number of words from the first to the last of a window, (width − 1)·dilation + 1.

    Raises:
        ValueError: `width`, `stride` or `dilation` is not positive, or `padding` is negative.
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
        """T' for a text of T = `length` words.

        Raises:
            ValueError: not even one window fits.
        """
        room = length + 2 * self.padding - self.span
        if room < 0:
            raise ValueError(
                f"a text of {length} words with padding {self.padding} on both sides has no room "
                f"for a window that spans {self.span}"
            )
        return room // self.stride + 1

    def forward(self, x: Tensor) -> Tensor:
        """y `(N, T', C)` for the texts `x: (N, T, D)`.

        Raises:
            ValueError: `x` is not `(N, T, D)`, or too short for one window.
        """
        x = to_tensor(x)
        _check_shape(x, self.in_channels)
        self.output_length(x.shape[1])
        return super().forward(x)

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """The kernel for images, on texts as images of a single row.

        It takes channels last, as texts lie in memory: the kernel for one dimension would copy
        them first. Its backward for a single filter refuses that order.
        """
        (x,), W, b = inputs, parameters["W"], parameters["b"]
        padding = self.padding
        if padding >= self.span:  # oneDNN crashes on windows of nothing but its own padding
            x, padding = functional.pad(x, (0, 0, padding, padding)), 0
        order = torch.contiguous_format if len(b) == 1 else torch.channels_last
        image = x.transpose(1, 2)[:, :, None].contiguous(memory_format=order)
        kernel = W.permute(2, 1, 0)[:, :, None].contiguous(memory_format=order)
        settings = ((1, self.stride), (0, padding), (1, self.dilation))
        return functional.conv2d(image, kernel, b, *settings)[:, :, 0].transpose(1, 2)


class PointwiseConv(AutogradModel):
    """A 1×1 convolution: y_t = x_t W + b.

    Args:
        in_channels: D.
        out_channels: C.
        rng: draws the initial weights.

    Parameters:
        W `(D, C)`, b `(C,)`.
    """

    def __init__(self, in_channels: int, out_channels: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        D, C = in_channels, out_channels
        self.in_channels = D
        self.add_parameter("W", rng.normal(scale=D**-0.5, size=(D, C)))
        self.add_parameter("b", np.zeros(C))

    def forward(self, x: Tensor) -> Tensor:
        """y `(N, T, C)` for the texts `x: (N, T, D)`.

        Raises:
            ValueError: `x` is not `(N, T, D)`.
        """
        x = to_tensor(x)
        _check_shape(x, self.in_channels)
        return super().forward(x)

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """One affine map for all words."""
        return functional.linear(inputs[0], parameters["W"].T, parameters["b"])


def _check_shape(x: Tensor, channels: int) -> None:
    if x.ndim != 3 or x.shape[2] != channels:
        raise ValueError(f"x should have shape (N, T, {channels}), but has {tuple(x.shape)}")
