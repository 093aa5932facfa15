"""PyTorch, with the eigenvectors of X'ᵀX' found by svd of the transposed data."""

import torch


def training(x):
    if x.dim() != 2 or x.shape[0] == 0 or not torch.isfinite(x).all():
        raise ValueError("no training data")
    return x


def data(x, features):
    if x.dim() != 2 or x.shape[1] != features:
        raise ValueError("other features")
    return x


class MeanSubtraction:
    def fit(self, x):
        self.mean = training(x).sum(0) / len(x)

    def apply(self, x):
        return data(x, len(self.mean)).sub(self.mean)


class Normalization:
    def fit(self, x):
        sigma = (training(x) - x.mean(0)).square().mean(0).sqrt()
        self.sigma = sigma.masked_fill((x == x[:1]).all(0), 1.0)

    def apply(self, x):
        return data(x, len(self.sigma)).div(self.sigma)


class Whitening:
    def __init__(self, epsilon=1e-6):
        self.epsilon = epsilon

    def fit(self, x):
        self.mean = training(x).mean(0)
        V, s, _ = torch.linalg.svd((x - self.mean).T)
        s = torch.nn.functional.pad(s / len(x) ** 0.5, (0, x.shape[1] - len(s)))
        floor = self.epsilon * s[0] if s[0] > 0 else torch.ones_like(s[0])
        self.V = V / torch.maximum(s, floor)

    def apply(self, x):
        return (data(x, len(self.mean)) - self.mean) @ self.V
