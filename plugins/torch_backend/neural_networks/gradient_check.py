"""Gradient checks of functions of torch tensors.

Source: CS224n notes part III, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

#: ``f(x) -> float``, or ``f(x, rng) -> float`` of a function that draws random numbers.
Function = Callable[..., float]


def _evaluate(f: Function, x: Tensor, seed: int | None) -> float:
    value = float(f(x) if seed is None else f(x, np.random.default_rng(seed)))
    if not np.isfinite(value):
        raise ValueError(f"f is {value}: a gradient needs finite values")
    return value


def _shifted(f: Function, x: Tensor, steps: tuple[float, ...], seed: int | None) -> Tensor:
    """Return f with each entry of `x` alone moved by each of `steps`, `(len(steps), ...)`."""
    if x.dtype != torch.float64:
        raise ValueError(f"x must be float64, not {x.dtype}")
    values = [[_evaluate(f, point, seed) for point in _points(x, step)] for step in steps]
    return x.new_tensor(values).reshape(len(steps), *x.shape)


def _points(x: Tensor, step: float) -> Iterator[Tensor]:
    """Yield `x` itself with one entry after the other moved: f may refer to the same tensor."""
    for index in np.ndindex(x.shape):
        kept = x[index].item()
        x[index] = kept + step
        try:
            yield x
        finally:
            x[index] = kept


def numerical_gradient(
    f: Function, x: Tensor, epsilon: float = 1e-5, *, seed: int | None = None
) -> Tensor:
    """Return (f(x + ε e_i) − f(x − ε e_i)) / 2ε for every entry i of `x: (...)`, float64.

    Raises:
        ValueError: `x` is not of float64, ε is not positive, or f is not finite.
    """
    if not epsilon > 0:
        raise ValueError(f"epsilon must be positive, not {epsilon}")
    above_and_below = _shifted(f, x, (epsilon, -epsilon), seed)
    return (above_and_below[0] - above_and_below[1]) / (2 * epsilon)


def relative_error(a: Tensor, n: Tensor, floor: float = 1e-6) -> float:
    """Return max_i |a_i − n_i| / max(|a_i|, |n_i|, floor); infinity where an entry is not finite.

    Raises:
        ValueError: the shapes differ, or `floor` is not positive.
    """
    if a.shape != n.shape or not floor > 0:
        raise ValueError(f"shapes {a.shape} and {n.shape} must be one, and floor {floor} positive")
    if not (a.isfinite().all() and n.isfinite().all()):
        return float("inf")
    return float(_errors(a, n, floor).max()) if a.numel() else 0.0


def _errors(a: Tensor, n: Tensor, floor: float) -> Tensor:
    errors: Tensor = (a - n).abs() / torch.maximum(a.abs(), n.abs()).clamp(min=floor)
    return errors


def is_gradient(
    f: Function,
    gradient: Tensor,
    x: Tensor,
    epsilon: float = 1e-5,
    tolerance: float = 1e-4,
    *,
    seed: int | None = None,
) -> bool:
    """Tell whether `gradient` is the gradient of `f` at `x: (...)`; at kinks, a slope.

    Raises:
        ValueError: the shapes differ, `x` is not of float64, or f is not finite.
    """
    if gradient.shape != x.shape:
        raise ValueError(f"gradient {gradient.shape} and x {x.shape} must have one shape")
    if not gradient.isfinite().all():
        return False
    value = _evaluate(f, x, seed)
    floor = 1e-6 * max(1.0, abs(value))

    def close(n: Tensor) -> Tensor:
        return _errors(gradient, n, floor) <= tolerance

    right, left = _slopes(f, x, value, epsilon, seed)
    near_right, near_left = _slopes(f, x, value, epsilon / 10, seed)
    agrees = close((left + right) / 2) | close((near_left + near_right) / 2)
    is_kink = (near_right - near_left).abs() > 0.5 * (right - left).abs()
    low, high = torch.minimum(near_left, near_right), torch.maximum(near_left, near_right)
    return bool((agrees | is_kink & close(torch.clamp(gradient, low, high))).all())


def _slopes(
    f: Function, x: Tensor, value: float, epsilon: float, seed: int | None
) -> tuple[Tensor, Tensor]:
    """Return the slopes to the right and to the left of every entry."""
    above, below = _shifted(f, x, (epsilon, -epsilon), seed)
    return (above - value) / epsilon, (value - below) / epsilon
