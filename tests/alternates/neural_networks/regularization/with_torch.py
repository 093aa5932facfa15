"""PyTorch: the gradient by autograd."""

import torch


class Penalty:
    def __init__(self, strength):
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
