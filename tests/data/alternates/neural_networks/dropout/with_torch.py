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


def average_over_masks(f, x, keep_probability):
    total = 0
    for number in range(2 ** len(x)):
        bits = [(number >> i) & 1 for i in range(len(x))]
        share = 1.0
        for bit in bits:
            share *= keep_probability if bit else 1 - keep_probability
        total = total + share * f(x * torch.tensor(bits))
    return total


def monte_carlo(model, x, samples):
    model.train()
    outputs = torch.stack([model.forward(x) for _ in range(samples)])
    model.eval()
    return outputs.mean(dim=0), outputs.std(dim=0, unbiased=False)
