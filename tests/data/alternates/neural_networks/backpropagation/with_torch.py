"""PyTorch, autograd, and activations of its own."""

import torch

F = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def deltas(x, W, b, U, activation="sigmoid"):
    if x.shape + b.shape != W.shape or b.shape != U.shape:
        raise ValueError("the shapes do not fit")
    x = x.clone().requires_grad_()
    z = x @ W + b
    s = F[activation](z) @ U
    delta_1, delta_2 = torch.autograd.grad(s, (x, z))
    return delta_1, delta_2, 1.0


class WindowScorer:
    def __init__(self, input_size, hidden_size, activation="sigmoid", *, rng):
        self.activation = activation
        shapes = {"W": (input_size, hidden_size), "b": (hidden_size,), "U": (hidden_size,)}
        self.parameters = {n: torch.from_numpy(rng.normal(size=s)) for n, s in shapes.items()}
        self.gradients = {n: torch.zeros_like(value) for n, value in self.parameters.items()}

    def astype(self, dtype):
        for arrays in (self.parameters, self.gradients):
            for name in arrays:
                arrays[name] = arrays[name].to(getattr(torch, dtype))

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def deltas(self, x):
        return deltas(x, *self.parameters.values(), self.activation)

    def forward(self, x):
        if x.dim() != 2 or x.shape[1] != len(self.parameters["W"]):
            raise ValueError("x is no batch of windows")
        self.leaves = [a.clone().requires_grad_() for a in (x, *self.parameters.values())]
        x, W, b, U = self.leaves
        self.s = F[self.activation](x @ W + b) @ U
        return self.s.detach()

    def backward(self, grad_s):
        found = torch.autograd.grad(self.s, self.leaves, grad_s, retain_graph=True)
        for name, gradient in zip(self.parameters, found[1:], strict=True):
            self.gradients[name] += gradient
        return found[0]
