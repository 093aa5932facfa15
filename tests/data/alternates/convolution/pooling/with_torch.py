"""PyTorch: winners by `argmax`, their numbers by `gather`, and autograd for everything."""

import torch


class Pool:
    def __init__(self):
        self.parameters, self.gradients = {}, {}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        pass

    def forward(self, x, mask=None):
        if x.ndim != 3 or x.shape[1] < 1 or (mask is not None and mask.shape != x.shape[:2]):
            raise ValueError("shapes")
        self.x = x.detach().clone().requires_grad_()
        words = (
            torch.ones_like(x, dtype=torch.bool) if mask is None else mask[..., None].expand_as(x)
        )
        self.y = self.pool(self.x, words)
        return self.y.detach().clone()

    def backward(self, grad_output):
        (grad,) = torch.autograd.grad(self.y, self.x, grad_output, retain_graph=True)
        return grad


def highest(x, words, dim=1):
    places = torch.where(words, x, -torch.inf).argmax(dim, keepdim=True)
    return (x.gather(dim, places) * words.gather(dim, places)).squeeze(dim)


class MaxOverTime(Pool):
    def pool(self, x, words):
        return highest(x, words)


class AverageOverTime(Pool):
    def pool(self, x, words):
        return torch.where(words, x, 0).sum(1) / torch.clamp(words.sum(1), 1)


class LocalMaxPool(Pool):
    def __init__(self, size, stride):
        super().__init__()
        if stride < 1 or stride > size:
            raise ValueError("stride")
        self.size, self.stride = size, stride

    def output_length(self, length):
        return len(range(0, max(length - self.size, 0), self.stride)) + 1

    def pool(self, x, words):
        steps = (self.output_length(x.shape[1]) - 1) * self.stride + self.size
        behind = (0, 0, 0, steps - x.shape[1])
        x, words = torch.nn.functional.pad(x, behind), torch.nn.functional.pad(words, behind)
        windows = (value.unfold(1, self.size, self.stride) for value in (x, words))
        return highest(*windows, dim=3)


class KMaxPool(Pool):
    def __init__(self, k):
        super().__init__()
        if k < 1:
            raise ValueError("k")
        self.k = k

    def pool(self, x, words):
        T = x.shape[1]
        order = torch.where(words, x, -torch.inf).argsort(dim=1, descending=True, stable=True)
        rank = order.argsort(dim=1)  # 0 for the greatest
        chosen = words & (rank < self.k)
        places = torch.where(chosen, torch.arange(T)[:, None], T).sort(1).values[:, : self.k]
        behind = torch.zeros_like(x[:, :1])
        y = torch.cat([x, behind], 1).gather(1, places)
        return torch.nn.functional.pad(y, (0, 0, 0, self.k - y.shape[1]))
