"""PyTorch's own formula of variance, and autograd for everything."""

import torch


class BatchNorm1d:
    def __init__(self, features, momentum=0.1, epsilon=1e-5):
        if not 0 <= momentum <= 1 or epsilon <= 0:
            raise ValueError("settings")
        self.momentum, self.epsilon, self.training = momentum, epsilon, True
        double = {"dtype": torch.float64}
        self.parameters = {
            "gamma": torch.ones(features, **double),
            "beta": torch.zeros(features, **double),
        }
        self.gradients = {name: torch.zeros_like(p) for name, p in self.parameters.items()}
        self.running_mean = torch.zeros(features, **double)
        self.running_variance = torch.ones(features, **double)

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x):
        if x.ndim not in (2, 3) or x.shape[-1] != len(self.running_mean):
            raise ValueError("shape")
        self.leaves = [t.detach().clone().requires_grad_() for t in (x, *self.parameters.values())]
        x, gamma, beta = self.leaves
        axes = tuple(range(x.ndim - 1))
        mean, variance = self.running_mean, self.running_variance
        if self.training:
            if x.numel() < 2 * x.shape[-1]:
                raise ValueError("rows")
            variance, mean = torch.var_mean(x, axes, correction=0)
            unbiased = x.detach().var(axes)
            self.running_mean = torch.lerp(self.running_mean, mean.detach(), self.momentum)
            self.running_variance = torch.lerp(self.running_variance, unbiased, self.momentum)
        self.y = (x - mean) / (variance + self.epsilon).sqrt() * gamma + beta
        return self.y.detach().clone()

    def backward(self, grad_output):
        grad_x, *found = torch.autograd.grad(self.y, self.leaves, grad_output, retain_graph=True)
        for name, gradient in zip(self.parameters, found, strict=True):
            self.gradients[name] += gradient
        return grad_x
