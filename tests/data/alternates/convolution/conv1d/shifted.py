"""One product for each place of the filter, with the text shifted under it."""

import numpy as np

from framework.interfaces import Model


class Conv1d(Model):
    def __init__(self, in_channels, out_channels, width, *, padding=0, stride=1, dilation=1, rng):
        super().__init__()
        if min(width, stride, dilation, padding + 1) < 1:
            raise ValueError("settings")
        self.width, self.p, self.s, self.d = width, padding, stride, dilation
        self.add_parameter("W", 0.3 * rng.normal(size=(width, in_channels, out_channels)))
        self.add_parameter("b", np.zeros(out_channels))

    def output_length(self, length):
        free = length + 2 * self.p - self.d * (self.width - 1) - 1
        if free < 0:
            raise ValueError("no room")
        return 1 + int(np.floor(free / self.s))

    def shifted(self, padded, k):
        """The k-th words of all windows, a view."""
        return padded[:, k * self.d :: self.s][:, : self.steps]

    def forward(self, x):
        W, b = self.parameters["W"], self.parameters["b"]
        if x.ndim != 3 or x.shape[2] != W.shape[1]:
            raise ValueError("x")
        self.steps = self.output_length(x.shape[1])
        self.padded = np.zeros((len(x), x.shape[1] + 2 * self.p, x.shape[2]), x.dtype)
        self.inside = slice(self.p, self.p + x.shape[1])
        self.padded[:, self.inside] = x
        return b + sum(self.shifted(self.padded, k) @ W[k] for k in range(self.width))

    def backward(self, grad_output):
        self.gradients["b"] += np.einsum("ntc->c", grad_output)
        grad_padded = np.zeros_like(self.padded)
        for k, W_k in enumerate(self.parameters["W"]):
            words = self.shifted(self.padded, k)
            self.gradients["W"][k] += np.einsum("ntd,ntc->dc", words, grad_output)
            view = self.shifted(grad_padded, k)
            view += grad_output @ W_k.T
        return grad_padded[:, self.inside].copy()


class PointwiseConv(Model):
    def __init__(self, in_channels, out_channels, *, rng):
        super().__init__()
        self.D = in_channels
        self.add_parameter("W", 0.3 * rng.normal(size=(in_channels, out_channels)))
        self.add_parameter("b", np.zeros(out_channels))

    def forward(self, x):
        if x.ndim != 3 or x.shape[2] != self.D:
            raise ValueError("x")
        self.flat = x.reshape(-1, self.D).copy()
        y = self.flat @ self.parameters["W"]
        y += self.parameters["b"]
        return y.reshape(*x.shape[:2], -1)

    def backward(self, grad_output):
        flat = grad_output.reshape(len(self.flat), -1)
        self.gradients["W"] += self.flat.T @ flat
        self.gradients["b"] += np.ones(len(flat), flat.dtype) @ flat
        return (flat @ self.parameters["W"].T).reshape(*grad_output.shape[:2], -1)


def receptive_field(layers):
    if not layers:
        return 1
    (width, stride, dilation), *above = layers
    if min(width, stride, dilation) < 1:
        raise ValueError("a setting is not positive")
    return (receptive_field(above) - 1) * stride + (width - 1) * dilation + 1
