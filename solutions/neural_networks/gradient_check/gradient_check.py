"""Check a gradient numerically: change each entry of x a little and evaluate the function.

Source: CS224n notes part III, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework.interfaces import Array

#: ``f(x) -> float``, or ``f(x, rng) -> float`` of a function that draws random numbers.
Function = Callable[..., float]


def evaluate(f: Function, x: Array, seed: int | None) -> float:
    """Given: return f at `x`. With a seed, f draws the same numbers in every evaluation.

    Raises: ValueError if f is infinite or NaN there.
    """
    value = f(x) if seed is None else f(x, np.random.default_rng(seed))
    if not np.isfinite(value):
        raise ValueError(f"f is {value}: a gradient needs finite values")
    return float(value)


def numerical_gradient(
    f: Function, x: Array, epsilon: float = 1e-5, *, seed: int | None = None
) -> Array:
    """Return the gradient of `f` at `x` `(...)` by central differences, entry after entry.

    Args:
        f: see `Function`; evaluate it with `evaluate`, twice for each entry.
        x: `(...)`, float64. Change the array itself, not a copy: f may refer to it and ignore its
            argument. Afterwards every entry is restored exactly.
        epsilon: ε > 0.
        seed: seed of the numbers that f draws; None if it draws none.

    Raises: ValueError if `x` is not of float64, ε is not positive, or f is not finite.
    """
    if x.dtype != np.float64 or not epsilon > 0:
        raise ValueError(f"x must be float64 and epsilon positive, not {x.dtype} and {epsilon}")
    # BEGIN SOLUTION: for i in np.ndindex(x.shape): keep x[i], change it, restore it
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + epsilon
        above = evaluate(f, x, seed)
        x[i] = kept - epsilon
        below = evaluate(f, x, seed)
        x[i] = kept
        gradient[i] = (above - below) / (2 * epsilon)
    return gradient
    # END SOLUTION


def relative_error(a: Array, n: Array, floor: float = 1e-6) -> float:
    """Return max_i |a_i − n_i| / max(|a_i|, |n_i|, floor) of two gradients `(...)`.

    Returns: 0 for equal gradients and for empty arrays; infinity if an entry is not finite.
    Raises: ValueError if the shapes differ, or `floor` is not positive.
    """
    if a.shape != n.shape or not floor > 0:
        raise ValueError(f"shapes {a.shape} and {n.shape} must be one, and floor {floor} positive")
    # BEGIN SOLUTION: handle entries that are not finite first, then the formula
    if not (np.isfinite(a).all() and np.isfinite(n).all()):
        return float("inf")
    return float(np.max(_errors(a, n, floor), initial=0.0))


def _errors(a: Array, n: Array, floor: float) -> Array:
    """Return the relative error of each entry."""
    size = np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
    return np.asarray(np.abs(a - n) / size)
    # END SOLUTION


def is_gradient(
    f: Function,
    gradient: Array,
    x: Array,
    epsilon: float = 1e-5,
    tolerance: float = 1e-4,
    *,
    seed: int | None = None,
) -> bool:
    """Return whether `gradient` is the gradient of `f` at `x`.

    Each entry must agree with the numerical gradient, with ε or with ε/10. At a kink it may be any
    value between the slopes on both sides, with ε/10. An entry is at a kink if the distance of
    these slopes is more than half of that with ε.

    Args:
        f, x, epsilon, seed: see `numerical_gradient`.
        gradient: `(...)`. An entry that is not finite is wrong.
        tolerance: greatest relative error, with a floor of 1e-6 max(1, |f(x)|).

    Raises: ValueError if the shapes differ; see `numerical_gradient` for the others.
    """
    if gradient.shape != x.shape:
        raise ValueError(f"gradient {gradient.shape} and x {x.shape} must have one shape")
    # BEGIN SOLUTION: compare with the slopes on both sides, with ε and with ε/10
    if not np.isfinite(gradient).all():
        return False
    value = evaluate(f, x, seed)
    floor = 1e-6 * max(1.0, abs(value))

    def close(n: Array) -> Array:
        return np.asarray(_errors(gradient, n, floor) <= tolerance)

    left, right = _slopes(f, x, value, epsilon, seed)
    near_left, near_right = _slopes(f, x, value, epsilon / 10, seed)
    agrees = close((left + right) / 2) | close((near_left + near_right) / 2)
    is_kink = np.abs(near_right - near_left) > 0.5 * np.abs(right - left)
    low, high = np.minimum(near_left, near_right), np.maximum(near_left, near_right)
    return bool((agrees | is_kink & close(np.clip(gradient, low, high))).all())


def _slopes(
    f: Function, x: Array, value: float, epsilon: float, seed: int | None
) -> tuple[Array, Array]:
    """Return the left and right slopes at each entry of `x`, where f is `value`."""
    left, right = np.zeros_like(x), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept - epsilon
        left[i] = (value - evaluate(f, x, seed)) / epsilon
        x[i] = kept + epsilon
        right[i] = (evaluate(f, x, seed) - value) / epsilon
        x[i] = kept
    return left, right
    # END SOLUTION
