"""PyTorch: its own generator, seeded by the one that is given."""

import torch


def generator(rng):
    return torch.Generator().manual_seed(int(rng.integers(2**62)))


def empty(fan_in, fan_out):
    if fan_in < 1 or fan_out < 1:
        raise ValueError("no such layer")
    return torch.empty(fan_in, fan_out, dtype=torch.float64)


def xavier_uniform(fan_in, fan_out, *, rng):
    bound = (6 / (fan_in + fan_out)) ** 0.5
    return empty(fan_in, fan_out).uniform_(-bound, bound, generator=generator(rng))


def fan_in_scaled(fan_in, fan_out, *, rng):
    return empty(fan_in, fan_out).normal_(0, fan_in**-0.5, generator=generator(rng))


def zero_biases(fan_out):
    return torch.zeros(fan_out, dtype=torch.float64)


def deep_losses(weights, x, y, *, learning_rate, steps, activation="tanh"):
    layers = [W.clone().requires_grad_() for W in weights]
    losses = []
    for _ in range(steps):
        h = x
        for W in layers[:-1]:
            h = getattr(torch, activation)(h @ W)
        loss = torch.mean(((h @ layers[-1]).squeeze(-1) - y) ** 2)
        losses.append(loss.item())
        found = torch.autograd.grad(loss, layers)
        layers = [
            (W - learning_rate * g).detach().requires_grad_()
            for W, g in zip(layers, found, strict=True)
        ]
    return losses
