"""Warnings are errors; flat indices; tests under ``__main__``."""

from __future__ import annotations

import numpy as np

np.seterr(all="raise")


def evaluate(f, x, seed):
    value = f(x) if seed is None else f(x, np.random.default_rng(seed))
    if not np.isfinite(value):
        raise ValueError(f"f is {value}: a gradient needs finite values")
    return float(value)


def _pair(f, x, i, eps, seed):
    place = np.unravel_index(i, x.shape)
    kept = x[place]
    x[place] = kept + eps
    up = evaluate(f, x, seed)
    x[place] = kept - eps
    down = evaluate(f, x, seed)
    x[place] = kept
    return up, down


def numerical_gradient(f, x, epsilon=1e-5, *, seed=None):
    if x.dtype != np.float64:
        raise ValueError(f"x is {x.dtype}")
    if not epsilon > 0:
        raise ValueError(f"epsilon is {epsilon}")
    gradient = np.zeros(x.size)
    for i in range(x.size):
        up, down = _pair(f, x, i, epsilon, seed)
        gradient[i] = (up - down) / epsilon / 2
    return gradient.reshape(x.shape)


def relative_error(a, n, floor=1e-6):
    if a.shape != n.shape or not floor > 0:
        raise ValueError(f"{a.shape} {n.shape} {floor}")
    if a.size == 0:
        return 0.0
    if not (np.isfinite(a).all() and np.isfinite(n).all()):
        return np.inf
    size = np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
    with np.errstate(under="ignore"):
        return float((np.abs(a - n) / size).max())


def is_gradient(f, gradient, x, epsilon=1e-5, tolerance=1e-4, *, seed=None):
    if gradient.shape != x.shape:
        raise ValueError(f"{gradient.shape} {x.shape}")
    coarse = numerical_gradient(f, x, epsilon, seed=seed)
    centre = evaluate(f, x, seed)
    floor = 1e-6 * max(1.0, abs(centre))
    for i in range(x.size):
        g = gradient.reshape(-1)[i : i + 1]
        if relative_error(g, coarse.reshape(-1)[i : i + 1], floor) <= tolerance:
            continue
        if not np.isfinite(g[0]):
            return False
        distances, slopes = [], None
        for eps in (epsilon, epsilon / 10):
            up, down = _pair(f, x, i, eps, seed)
            slopes = np.array([(up - centre) / eps, (centre - down) / eps])
            distances.append(abs(slopes[0] - slopes[1]))
        if relative_error(g, slopes.mean(keepdims=True), floor) <= tolerance:
            continue
        inside = np.clip(g, slopes.min(), slopes.max())
        at_a_kink = distances[1] > distances[0] / 2
        if not at_a_kink or relative_error(g, inside, floor) > tolerance:
            return False
    return True


if __name__ == "__main__":
    assert is_gradient(lambda x: float(x @ x), np.array([2.0]), np.array([1.0]))
