"""PyTorch: what is around a layer is written out, and autograd does the highway."""

import torch


class Around(torch.nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f
        self.gradients = {f"f.{name}": value for name, value in f.gradients.items()}

    @property
    def parameters(self):
        return {f"f.{name}": value for name, value in self.f.parameters.items()}

    def zero_gradients(self):
        self.f.zero_gradients()


class Residual(Around):
    def forward(self, x):
        change = self.f.forward(x)
        if change.shape != x.shape:
            raise ValueError("f changes the shape")
        return x + change

    def backward(self, grad_output):
        return torch.add(self.f.backward(grad_output), grad_output)


class DenseConnection(Around):
    def forward(self, x):
        self.size = x.shape[-1]
        return torch.cat((x, self.f.forward(x)), dim=-1)

    def backward(self, grad_output):
        right = grad_output.narrow(-1, self.size, grad_output.shape[-1] - self.size)
        return grad_output.narrow(-1, 0, self.size) + self.f.backward(right)


class Highway(torch.nn.Module):
    def __init__(self, size, *, rng):
        super().__init__()
        W_h, W_t = torch.from_numpy(rng.normal(scale=size**-0.5, size=(2, size, size)))
        self.tables = {
            "W_h": W_h.clone(),
            "b_h": torch.zeros(size, dtype=torch.float64),
            "W_t": W_t.clone(),
            "b_t": torch.full((size,), -2.0, dtype=torch.float64),
        }
        self.gradients = {name: torch.zeros_like(value) for name, value in self.tables.items()}

    @property
    def parameters(self):
        return self.tables

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x):
        if x.shape[-1] != len(self.tables["b_h"]):
            raise ValueError("x has another number of features")
        values = (x, *self.tables.values())
        self.leaves = [value.detach().clone().requires_grad_() for value in values]
        x, W_h, b_h, W_t, b_t = self.leaves
        t = torch.sigmoid(x @ W_t + b_t)
        self.y = torch.lerp(x, torch.relu(x @ W_h + b_h), t)
        return self.y.detach().clone()

    def backward(self, grad_output):
        grad_x, *found = torch.autograd.grad(self.y, self.leaves, grad_output, retain_graph=True)
        for gradient, more in zip(self.gradients.values(), found, strict=True):
            gradient += more
        return grad_x
