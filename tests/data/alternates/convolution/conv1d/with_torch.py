"""PyTorch: `unfold` and einsum, and autograd for everything."""

import torch


class Layer:
    def __init__(self, W):
        self.parameters = {"W": W, "b": torch.zeros(W.shape[-1], dtype=W.dtype)}
        self.gradients = {name: torch.zeros_like(p) for name, p in self.parameters.items()}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x):
        if x.ndim != 3 or x.shape[2] != self.parameters["W"].shape[-2]:
            raise ValueError("x")
        values = (x, self.parameters["W"], self.parameters["b"])
        self.leaves = [value.detach().clone().requires_grad_() for value in values]
        self.y = self.compute(*self.leaves)
        return self.y.detach().clone()

    def backward(self, grad_output):
        grad_x, grad_W, grad_b = torch.autograd.grad(
            self.y, self.leaves, grad_output, retain_graph=True
        )
        self.gradients["W"] += grad_W
        self.gradients["b"] += grad_b
        return grad_x


class Conv1d(Layer):
    def __init__(self, in_channels, out_channels, width, *, padding=0, stride=1, dilation=1, rng):
        if width <= 0 or stride <= 0 or dilation <= 0 or padding < 0:
            raise ValueError("settings")
        super().__init__(torch.from_numpy(rng.normal(0, 0.3, (width, in_channels, out_channels))))
        self.width, self.p, self.s, self.d = width, padding, stride, dilation

    def output_length(self, length):
        free = length + 2 * self.p - self.d * (self.width - 1) - 1
        if free < 0:
            raise ValueError("no room")
        return free // self.s + 1

    def compute(self, x, W, b):
        self.output_length(x.shape[1])
        padded = torch.nn.functional.pad(x, (0, 0, self.p, self.p))
        windows = padded.unfold(1, self.d * (self.width - 1) + 1, self.s)[..., :: self.d]
        return torch.einsum("ntdk,kdc->ntc", windows, W) + b


class PointwiseConv(Layer):
    def __init__(self, in_channels, out_channels, *, rng):
        super().__init__(torch.from_numpy(rng.normal(0, 0.3, (in_channels, out_channels))))

    def compute(self, x, W, b):
        return torch.einsum("ntd,dc->ntc", x, W) + b


def receptive_field(layers):
    if any(number < 1 for layer in layers for number in layer):
        raise ValueError("layers")
    widths = [width for width, _, _ in layers]
    dilations = [dilation for _, _, dilation in layers]
    steps = torch.cumprod(torch.tensor([1] + [stride for _, stride, _ in layers]), 0)[:-1]
    reach = (torch.tensor(widths) - 1) * torch.tensor(dilations)
    return int(1 + (reach * steps).sum()) if layers else 1
