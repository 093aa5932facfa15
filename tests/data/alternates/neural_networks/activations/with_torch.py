"""PyTorch's own functions, and autograd."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


class Differentiated:
    def __init__(self):
        self.parameters, self.gradients = {}, {}

    def zero_gradients(self):
        pass

    def train(self):
        pass

    def eval(self):
        pass

    def forward(self, z):
        self.z = z.detach().clone().requires_grad_()
        self.y = self.function(self.z)
        return self.y.detach().clone()

    def backward(self, grad_output):
        (grad_z,) = torch.autograd.grad(self.y, self.z, grad_output, retain_graph=True)
        return grad_z


class Sigmoid(Differentiated):
    def function(self, z):
        return torch.sigmoid(z)


class Tanh(Differentiated):
    def function(self, z):
        return torch.tanh(z)


class HardTanh(Differentiated):
    def function(self, z):
        return torch.clamp(z, -1, 1)  # whose derivative is 1 at the ends; F.hardtanh's is 0


class SoftSign(Differentiated):
    def forward(self, z):
        self.size = 1 + z.abs()
        return z / self.size

    def backward(self, grad_output):
        return grad_output / self.size / self.size


class ReLU(Differentiated):
    def function(self, z):
        return F.relu(z)


class LeakyReLU(Differentiated):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def function(self, z):
        return F.leaky_relu(z, self.slope)
