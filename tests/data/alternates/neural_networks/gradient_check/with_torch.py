"""PyTorch: x is moved by one row of a diagonal matrix after the other."""

import numpy as np
import torch


def values(f, x, steps, seed):
    start, found = x.clone(), []
    for step in steps:
        try:
            found.append(
                f(x.add_(step)) if seed is None else f(x.add_(step), np.random.default_rng(seed))
            )
        finally:
            x.copy_(start)
    found = torch.tensor(found, dtype=torch.float64)
    if not torch.isfinite(found).all():
        raise ValueError("f is not finite")
    return found


def around(f, x, step, seed):
    if x.dtype != torch.float64 or step <= 0:
        raise ValueError("float64 and a positive step")
    unit = step * torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
    return values(f, x, unit, seed).reshape(x.shape), values(f, x, -unit, seed).reshape(x.shape)


def numerical_gradient(f, x, epsilon=1e-5, *, seed=None):
    above, below = around(f, x, epsilon, seed)
    return (above - below) / (2 * epsilon)


def relative_error(a, n, floor=1e-6):
    if a.shape != n.shape or floor <= 0:
        raise ValueError("not to be compared")
    if not torch.isfinite(torch.cat([a.flatten(), n.flatten()])).all():
        return float("inf")
    if a.numel() == 0:
        return 0.0
    return (abs(a - n) / torch.maximum(abs(a), abs(n)).clamp(min=floor)).max().item()


def is_gradient(f, gradient, x, epsilon=1e-5, tolerance=1e-4, *, seed=None):
    if gradient.shape != x.shape:
        raise ValueError("another shape")
    if not torch.isfinite(gradient).all():
        return False
    middle = values(f, x, [0], seed).item()
    floor = 1e-6 * max(1.0, abs(middle))

    def close(n, least):
        return abs(gradient - n) <= tolerance * torch.maximum(abs(gradient), abs(n)).clamp(
            min=least
        )

    above, below = around(f, x, epsilon, seed)
    near_above, near_below = around(f, x, epsilon / 10, seed)
    right = 10 * (near_above - middle) / epsilon
    left = 10 * (middle - near_below) / epsilon
    is_kink = abs(right - left) > abs(above + below - 2 * middle) / epsilon / 2
    nearest = gradient.clamp(torch.minimum(left, right), torch.maximum(left, right))
    right_ones = close((above - below) / epsilon / 2, floor) | close((left + right) / 2, floor)
    return bool((right_ones | (is_kink & close(nearest, floor))).all())
