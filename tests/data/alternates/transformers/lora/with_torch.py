"""Autograd for A, B and x; W and b are constants."""

import torch


class LoRA:
    def __init__(self, layer, rank, alpha, *, rng):
        W = layer.parameters["W"]
        D, H = W.shape
        if rank < 1 or rank > min(D, H) or not alpha > 0:
            raise ValueError("settings")
        self.layer, self.scale, self.merged = layer, alpha / rank, False
        self.parameters = {
            "A": torch.as_tensor(rng.normal(size=(D, rank)) * D**-0.5).to(W.dtype),
            "B": torch.zeros(rank, H, dtype=W.dtype),
        }
        self.gradients = {name: torch.zeros_like(x) for name, x in self.parameters.items()}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x):
        W, b = (self.layer.parameters[name].detach() for name in "Wb")
        if x.ndim < 1 or x.shape[-1] != len(W):
            raise ValueError("x")
        self.leaves = [t.detach().clone().requires_grad_() for t in (x, *self.parameters.values())]
        x, A, B = self.leaves
        self.y = x @ W + b
        if not self.merged:
            self.y = self.y + self.scale * (x @ A @ B)
        return self.y.detach().clone()

    def backward(self, grad_output):
        if self.merged:
            raise ValueError("merged")
        grad_x, *found = torch.autograd.grad(self.y, self.leaves, grad_output, retain_graph=True)
        for name, gradient in zip("AB", found, strict=True):
            self.gradients[name] += gradient
        return grad_x

    def moved(self, sign):
        A, B = self.parameters.values()
        self.layer.parameters["W"].add_(A @ B, alpha=sign * self.scale)

    def merge(self):
        if not self.merged:
            self.moved(1)
        self.merged = True

    def unmerge(self):
        if self.merged:
            self.moved(-1)
        self.merged = False
