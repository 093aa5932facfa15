"""PyTorch's complex numbers, and autograd for the rotation."""

import torch


def angles(positions, d):
    if d < 2 or d % 2:
        raise ValueError("d")
    rates = 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    return positions.double()[:, None] * rates


def sinusoidal(length, d):
    a = angles(torch.arange(length), d)
    return torch.stack([a.sin(), a.cos()], -1).flatten(1) if length else torch.zeros(0, d).double()


class LearnedPositions:
    def __init__(self, length, d, *, rng):
        table = rng.normal(scale=0.02, size=(length, d))
        self.parameters = {"P": torch.tensor(table)}
        self.gradients = {"P": torch.zeros(length, d, dtype=torch.float64)}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        self.gradients["P"].zero_()

    def forward(self, x, start=0):
        length, d = self.parameters["P"].shape
        if x.ndim < 2 or x.shape[-1] != d or start < 0 or start + x.shape[-2] > length:
            raise ValueError("x")
        self.used = slice(start, start + x.shape[-2])
        return x + self.parameters["P"][self.used]

    def backward(self, grad_output):
        d = grad_output.shape[-1]
        rows = grad_output.reshape(-1, grad_output.shape[-2], d)
        self.gradients["P"][self.used] += rows.sum(0)
        return grad_output.clone()


class Rotary:
    def __init__(self, d):
        if d < 2 or d % 2:
            raise ValueError("d")
        self.d, self.parameters, self.gradients = d, {}, {}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        pass

    def forward(self, x, start=0):
        if x.ndim < 2 or x.shape[-1] != self.d or start < 0:
            raise ValueError("x")
        a = angles(torch.arange(start, start + x.shape[-2]), self.d)
        self.x = x.detach().clone().requires_grad_()
        z = torch.view_as_complex(self.x.unflatten(-1, (-1, 2)).contiguous())
        turn = torch.polar(torch.ones_like(a), a).to(z.dtype)
        self.y = torch.view_as_real(z * turn).flatten(-2)
        return self.y.detach().clone()

    def backward(self, grad_output):
        return torch.autograd.grad(self.y, self.x, grad_output, retain_graph=True)[0]
