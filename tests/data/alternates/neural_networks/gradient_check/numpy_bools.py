"""Returns NumPy's numbers and booleans, arrays without axes, and read-only arrays."""

import numpy as np


def evaluate(f, x, seed):
    value = f(x) if seed is None else f(x, np.random.default_rng(seed))
    if not np.isfinite(value):
        raise ValueError(f"f is {value}")
    return float(value)


def _sides(f, x, epsilon, seed):
    if x.dtype != np.float64 or not epsilon > 0:
        raise ValueError("x is float64, epsilon positive")
    right, left = np.zeros(x.shape), np.zeros(x.shape)
    for values, sign in ((right, 1), (left, -1)):
        for place in np.ndindex(x.shape):
            kept = x[place]
            x[place] = kept + sign * epsilon
            values[place] = evaluate(f, x, seed)
            x[place] = kept
    return right, left


def numerical_gradient(f, x, epsilon=1e-5, *, seed=None):
    right, left = _sides(f, x, epsilon, seed)
    gradient = (right - left) / (2 * epsilon)
    gradient.setflags(write=False)
    return gradient


def _errors(a, n, floor):
    with np.errstate(invalid="ignore"):
        return np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)


def relative_error(a, n, floor=1e-6):
    if a.shape != n.shape or not floor > 0:
        raise ValueError("shapes and floor")
    bad = ~(np.isfinite(a) & np.isfinite(n))
    return np.max(np.where(bad, np.inf, _errors(a, n, floor)), initial=0.0)


def is_gradient(f, gradient, x, epsilon=1e-5, tolerance=1e-4, *, seed=None):
    if gradient.shape != x.shape:
        raise ValueError("one shape")
    centre = evaluate(f, x, seed)
    floor = 1e-6 * max(1, abs(centre))
    verdicts, gaps = [], []
    for step in (epsilon, epsilon / 10):
        right, left = _sides(f, x, step, seed)
        verdicts.append(_errors(gradient, (right - left) / (2 * step), floor) <= tolerance)
        ahead, behind = (right - centre) / step, (centre - left) / step
        gaps.append(np.abs(ahead - behind))
    nearest = np.clip(gradient, np.minimum(ahead, behind), np.maximum(ahead, behind))
    at_kink = (gaps[1] > gaps[0] / 2) & (_errors(gradient, nearest, floor) <= tolerance)
    good = np.isfinite(gradient) & (verdicts[0] | verdicts[1] | at_kink)
    return np.all(good)
