"""PyTorch: the gradient by autograd."""

import torch


class Penalty:
    def __init__(self, strength):
        if not strength >= 0:
            raise ValueError("no strength")
        self.strength = strength

    def value(self, parameters):
        return float(self.penalty([p for p in parameters.values() if p.ndim >= 2]))

    def gradient(self, parameters):
        names = [name for name, p in parameters.items() if p.ndim >= 2]
        if not names:
            return {}
        leaves = [parameters[name].detach().clone().requires_grad_() for name in names]
        found = torch.autograd.grad(self.penalty(leaves), leaves)
        return {
            name: grad.to(parameters[name].dtype) for name, grad in zip(names, found, strict=True)
        }

    def penalty(self, weights):
        zero = torch.zeros((), dtype=torch.float64)
        return self.strength * sum((self.size(W.double()) for W in weights), zero)


class L2Penalty(Penalty):
    def size(self, W):
        return (W**2).sum()


class L1Penalty(Penalty):
    def size(self, W):
        return W.abs().sum()


def soft_threshold(w, amount):
    return torch.nn.functional.softshrink(w, amount)


def fit_linear(x, y, *, l2=0.0, l1=0.0, learning_rate=0.1, steps=300):
    w = torch.zeros(x.shape[1], dtype=x.dtype)
    b = torch.zeros((), dtype=x.dtype)
    for _ in range(steps):
        w.requires_grad_()
        b.requires_grad_()
        loss = ((x @ w + b - y) ** 2).mean() + l2 * (w**2).sum()
        grad_w, grad_b = torch.autograd.grad(loss, (w, b))
        w = soft_threshold(w.detach() - learning_rate * grad_w, learning_rate * l1)
        b = b.detach() - learning_rate * grad_b
    return w, b.item()
