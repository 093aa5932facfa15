"""PyTorch's own variance, and autograd for everything."""

import torch


class Base:
    def __init__(self, features, epsilon=1e-5):
        if features < 1 or not epsilon > 0:
            raise ValueError("settings")
        self.features, self.epsilon = features, epsilon
        self.parameters = {"gamma": torch.ones(features, dtype=torch.float64)}
        self.gradients = {"gamma": torch.zeros(features, dtype=torch.float64)}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x):
        if x.ndim == 0 or x.shape[-1] != self.features:
            raise ValueError("features")
        self.leaves = [t.detach().clone().requires_grad_() for t in (x, *self.parameters.values())]
        self.y = self.computed(*self.leaves)
        return self.y.detach().clone()

    def backward(self, grad_output):
        grad_x, *found = torch.autograd.grad(self.y, self.leaves, grad_output, retain_graph=True)
        for name, gradient in zip(self.parameters, found, strict=True):
            self.gradients[name] += gradient
        return grad_x


class LayerNorm(Base):
    def __init__(self, features, epsilon=1e-5):
        super().__init__(features, epsilon)
        self.parameters["beta"] = torch.zeros(features, dtype=torch.float64)
        self.gradients["beta"] = torch.zeros(features, dtype=torch.float64)

    def computed(self, x, gamma, beta):
        variance, mean = torch.var_mean(x, -1, correction=0, keepdim=True)
        return (x - mean) * (variance + self.epsilon).rsqrt() * gamma + beta


class RMSNorm(Base):
    def computed(self, x, gamma):
        return x * (x.square().mean(-1, keepdim=True) + self.epsilon).rsqrt() * gamma
