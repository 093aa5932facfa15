"""Closures measure the slopes of one entry; lists of numbers become arrays at the end."""

import numpy as np


def evaluate(f, x, seed):
    value = f(x) if seed is None else f(x, np.random.default_rng(seed))
    if not np.isfinite(value):
        raise ValueError(f"f is {value}: a gradient needs finite values")
    return float(value)


def _moved(f, x, index, seed):
    def at(step):
        old = x[index]
        try:
            x[index] = old + step
            return evaluate(f, x, seed)
        finally:
            x[index] = old

    return at


def numerical_gradient(f, x, epsilon=1e-5, *, seed=None):
    if x.dtype != np.float64 or not epsilon > 0:
        raise ValueError("float64 and a positive epsilon")
    slopes = []
    for index in np.ndindex(*x.shape):
        at = _moved(f, x, index, seed)
        slopes.append((at(epsilon) - at(-epsilon)) / (2 * epsilon))
    return np.array(slopes, dtype=float).reshape(x.shape)


def relative_error(a, n, floor=1e-6):
    if a.shape != n.shape or not floor > 0:
        raise ValueError("one shape, a positive floor")
    worst = 0.0
    for one, other in zip(a.ravel().tolist(), n.ravel().tolist(), strict=True):
        if not np.isfinite(one) or not np.isfinite(other):
            return float("inf")
        worst = max(worst, abs(one - other) / max(abs(one), abs(other), floor))
    return worst


def is_gradient(f, gradient, x, epsilon=1e-5, tolerance=1e-4, *, seed=None):
    if gradient.shape != x.shape:
        raise ValueError("one shape")
    if x.dtype != np.float64 or not epsilon > 0:
        raise ValueError("float64 and a positive epsilon")
    here = evaluate(f, x, seed)
    floor = 1e-6 * max(1, abs(here))

    def agree(one, other):
        return relative_error(np.array([one]), np.array([other]), floor) <= tolerance

    for index in np.ndindex(*x.shape):
        g = float(gradient[index])
        if not np.isfinite(g):
            return False
        at = _moved(f, x, index, seed)
        sides = []
        for eps in (epsilon, epsilon / 10):
            right, left = at(eps), at(-eps)
            if agree(g, (right - left) / (2 * eps)):
                break
            sides.append(((right - here) / eps, (here - left) / eps))
        else:
            (right, left), (r_near, l_near) = sides
            low, high = min(r_near, l_near), max(r_near, l_near)
            kink = abs(r_near - l_near) > 0.5 * abs(right - left)
            between = low <= g <= high or agree(g, low) or agree(g, high)
            if not (kink and between):
                return False
    return True
