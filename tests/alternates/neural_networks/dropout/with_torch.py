"""PyTorch with autograd; the numbers come from the generator that is given."""

import torch


class Dropout:
    def __init__(self, keep_probability, *, inverted=False, rng):
        if not 0 < keep_probability <= 1:
            raise ValueError("no probability")
        self.p, self.inverted, self.rng = keep_probability, inverted, rng
        self.training, self.parameters, self.gradients = True, {}, {}

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def zero_gradients(self):
        pass

    def mask(self, x):
        return torch.from_numpy(self.rng.random(tuple(x.shape)) < self.p).to(x.dtype)

    def forward(self, x):
        self.x = x.detach().clone().requires_grad_()
        if self.training:
            y = self.x * self.mask(x)
            self.y = y / self.p if self.inverted else y
        else:
            self.y = self.x * (1.0 if self.inverted else self.p)
        return self.y.detach().clone()

    def backward(self, grad_output):
        (grad,) = torch.autograd.grad(self.y, self.x, grad_output, retain_graph=True)
        return grad


class VariationalDropout(Dropout):
    def mask(self, x):
        drawn = self.rng.random((x.shape[0], x.shape[2])) < self.p
        return torch.from_numpy(drawn).to(x.dtype).unsqueeze(1)
