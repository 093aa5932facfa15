"""Text by text and window by window; backward walks the same way."""

import numpy as np

from framework.interfaces import Model


class Conv1d(Model):
    def __init__(self, in_channels, out_channels, width, *, padding=0, stride=1, dilation=1, rng):
        super().__init__()
        if width < 1 or stride < 1 or dilation < 1 or padding < 0:
            raise ValueError("settings")
        self.D, self.p, self.s, self.d = in_channels, padding, stride, dilation
        self.add_parameter("W", rng.uniform(-0.5, 0.5, (width, in_channels, out_channels)))
        self.add_parameter("b", np.zeros(out_channels))

    def starts(self, length):
        """The places of the first words of all windows, counted in the padded text."""
        end = length + 2 * self.p - (len(self.parameters["W"]) - 1) * self.d
        return range(0, end, self.s)

    def output_length(self, length):
        if not len(self.starts(length)):
            raise ValueError("no room")
        return len(self.starts(length))

    def reads(self):
        """Text, window, place in the window and place in the text, wherever a word is read."""
        N, T, _ = self.x.shape
        for n in range(N):
            for t, start in enumerate(self.starts(T)):
                for k in range(len(self.parameters["W"])):
                    place = start + k * self.d - self.p
                    if 0 <= place < T:
                        yield n, t, k, place

    def forward(self, x):
        if x.ndim != 3 or x.shape[2] != self.D:
            raise ValueError("x")
        self.x = x.copy()
        W, b = self.parameters["W"], self.parameters["b"]
        y = np.zeros((len(x), self.output_length(x.shape[1]), len(b)), x.dtype) + b
        for n, t, k, place in self.reads():
            y[n, t] += x[n, place] @ W[k]
        return y

    def backward(self, grad_output):
        grad_x = np.zeros_like(self.x)
        for n, t, k, place in self.reads():
            self.gradients["W"][k] += np.outer(self.x[n, place], grad_output[n, t])
            grad_x[n, place] += self.parameters["W"][k] @ grad_output[n, t]
        for one in grad_output.reshape(-1, grad_output.shape[2]):
            self.gradients["b"] += one
        return grad_x


class PointwiseConv(Model):
    def __init__(self, in_channels, out_channels, *, rng):
        super().__init__()
        self.add_parameter("W", rng.uniform(-0.5, 0.5, (in_channels, out_channels)))
        self.add_parameter("b", np.zeros(out_channels))

    def forward(self, x):
        if x.ndim != 3 or x.shape[2] != len(self.parameters["W"]):
            raise ValueError("x")
        self.x = x.copy()
        W, b = self.parameters["W"], self.parameters["b"]
        return np.array([[word @ W + b for word in text] for text in x])

    def backward(self, grad_output):
        for text, grads in zip(self.x, grad_output, strict=True):
            for word, grad in zip(text, grads, strict=True):
                self.gradients["W"] += np.outer(word, grad)
                self.gradients["b"] += grad
        return np.einsum("ntc,dc->ntd", grad_output, self.parameters["W"])


def receptive_field(layers):
    """The words that are needed for one output, from the highest layer down."""
    for layer in layers:
        if min(layer) < 1:
            raise ValueError("a layer")
    needed = 1
    for width, stride, dilation in reversed(layers):
        needed = (needed - 1) * stride + (width - 1) * dilation + 1
    return needed
