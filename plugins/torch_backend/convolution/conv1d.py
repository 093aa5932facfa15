"""One-dimensional convolution with torch's kernels.

Source: CS224n lecture 11, sections 1.2 to 1.11 and 3.7; Kim, "Convolutional Neural Networks for
Sentence Classification" (2014), equation 2; Lin et al., "Network In Network" (2013), for 1×1.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.differentiated import check_forward
from plugins.networks.shared.receptive_field import receptive_field
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.neural_networks.neuron import Affine
from plugins.torch_backend.shared.model import store_in_order

__all__ = ["Conv1d", "PointwiseConv", "receptive_field"]

_aten = torch.ops.aten


class Conv1d(Model):
    """y_t = b + Σ_k x_{t·stride + k·dilation} W_k, where x has `padding` zeros on both sides.

    Computed by autograd's kernels for images, without a graph: a text is an image of one row.
    These kernels read channels last, in the order of texts, and W is stored in that order. The
    kernels for one dimension would copy both first.

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
        store_in_order(self, "W", (2, 0, 1))
        self._set_kernel()

    def _set_kernel(self) -> None:
        """Set the numbers that the kernels get, and the order of tensors in memory."""
        # oneDNN crashes on windows that contain only its own padding: then x gets zeros first.
        self._zeros = self.padding if self.padding >= self.span else 0
        sizes = (1, self.stride), (0, self.padding - self._zeros), (1, self.dilation)
        self._settings = *sizes, False, (0, 0), 1  # not transposed, and one group of channels
        # The backward kernel for a single filter refuses channels that come last.
        is_single = len(self.parameters["b"]) == 1
        self._order = torch.contiguous_format if is_single else torch.channels_last

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

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        """Return y `(N, T', C)` for the texts `x: (N, T, D)`.

        Raises:
            ValueError: `x` is not `(N, T, D)`, or too short for one window.
        """
        x = _checked(x, self.in_channels)
        self.output_length(x.shape[1])
        if self._zeros:
            x = functional.pad(x, (0, 0, self._zeros, self._zeros))
        filters = self.parameters["W"].permute(2, 1, 0)[:, :, None]
        self._image = _image(x).contiguous(memory_format=self._order)
        self._filters = filters.contiguous(memory_format=self._order)
        b = self.parameters["b"]
        return _text(_aten.convolution(self._image, self._filters, b, *self._settings))

    @torch.no_grad()
    def backward(self, grad_output: Tensor) -> Tensor:
        """Add the gradients of W and b; return that of x, `(N, T, D)`."""
        check_forward(self, "_image")
        of_image, of_filters, of_b = _aten.convolution_backward(
            _image(grad_output),
            self._image,
            self._filters,
            self.parameters["b"].shape,
            *self._settings,
            [True, True, True],
        )
        self.gradients["W"].add_(of_filters[:, :, 0].permute(2, 1, 0))
        self.gradients["b"].add_(of_b)
        grad_x = _text(of_image)
        return grad_x[:, self._zeros : -self._zeros] if self._zeros else grad_x


class PointwiseConv(Affine):
    """A 1×1 convolution, one affine map for all words: y_t = x_t W + b."""

    def __init__(self, in_channels: int, out_channels: int, *, rng: np.random.Generator) -> None:
        super().__init__(in_channels, out_channels, rng=rng)
        self.in_channels = in_channels

    def forward(self, x: Tensor) -> Tensor:
        """Return y `(N, T, C)` for the texts `x: (N, T, D)`; ValueError for another shape."""
        return super().forward(_checked(x, self.in_channels))


def _checked(value: Tensor, channels: int) -> Tensor:
    x = to_tensor(value)
    if x.ndim != 3 or x.shape[2] != channels:
        raise ValueError(f"x should have shape (N, T, {channels}), but has {tuple(x.shape)}")
    return x


def _image(text: Tensor) -> Tensor:
    """Return `text: (N, T, C)` as images of one row, `(N, C, 1, T)`."""
    return text.transpose(1, 2)[:, :, None]


def _text(image: Tensor) -> Tensor:
    """Return images of one row as texts: the inverse of `_image`."""
    return image[:, :, 0].transpose(1, 2)
