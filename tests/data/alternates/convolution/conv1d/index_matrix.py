"""An index matrix gathers the windows and scatters their gradients; warnings are errors."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


def _texts(x, channels):
    if x.ndim != 3 or x.shape[2] != channels:
        raise ValueError(f"(N, T, {channels}) is needed, not {x.shape}")


class Conv1d(Model):
    def __init__(self, in_channels, out_channels, width, *, padding=0, stride=1, dilation=1, rng):
        super().__init__()
        if width < 1 or stride < 1 or dilation < 1 or padding < 0:
            raise ValueError("width, stride and dilation are positive, padding is not negative")
        self.D, self.C, self.width = in_channels, out_channels, width
        self.padding, self.stride, self.dilation = padding, stride, dilation
        self.span = (width - 1) * dilation + 1
        scale = (width * in_channels) ** -0.5
        self.add_parameter("W", rng.normal(scale=scale, size=(width, in_channels, out_channels)))
        self.add_parameter("b", np.zeros(out_channels))

    def output_length(self, length):
        room = length + 2 * self.padding - self.span
        if room < 0:
            raise ValueError(f"a text of {length} words has no room for a window")
        return room // self.stride + 1

    def forward(self, x):
        _texts(x, self.D)
        begins = self.stride * np.arange(self.output_length(x.shape[1]))
        self.index = begins[:, None] + self.dilation * np.arange(self.width)
        self.padded = np.pad(x, ((0, 0), (self.padding, self.padding), (0, 0)))
        self.windows = self.padded[:, self.index]
        return np.einsum("ntkd,kdc->ntc", self.windows, self.parameters["W"]) + self.parameters["b"]

    def backward(self, grad_output):
        self.gradients["W"] += np.einsum("ntkd,ntc->kdc", self.windows, grad_output)
        self.gradients["b"] += grad_output.sum((0, 1))
        pieces = np.einsum("ntc,kdc->ntkd", grad_output, self.parameters["W"])
        grad = np.zeros_like(self.padded)
        np.add.at(grad, (slice(None), self.index), pieces)
        return grad[:, self.padding : grad.shape[1] - self.padding]


class PointwiseConv(Conv1d):
    def __init__(self, in_channels, out_channels, *, rng):
        super().__init__(in_channels, out_channels, 1, rng=rng)
        self.parameters["W"], self.gradients["W"] = (
            arrays["W"][0] for arrays in (self.parameters, self.gradients)
        )

    def forward(self, x):
        _texts(x, self.D)
        self.x = np.array(x)
        return x @ self.parameters["W"] + self.parameters["b"]

    def backward(self, grad_output):
        self.gradients["W"] += np.einsum("ntd,ntc->dc", self.x, grad_output)
        self.gradients["b"] += grad_output.sum((0, 1))
        return grad_output @ self.parameters["W"].T


def receptive_field(layers):
    places = {0}
    for width, stride, dilation in layers[::-1]:
        if width < 1 or stride < 1 or dilation < 1:
            raise ValueError("layers")
        places = {place * stride + k * dilation for place in places for k in (0, width - 1)}
    return max(places) + 1
