"""x is set to every point as a whole, and to a copy of what it was afterwards."""

import numpy as np


def value_at(f, x, seed):
    value = float(f(x)) if seed is None else float(f(x, np.random.default_rng(seed)))
    if not np.isfinite(value):
        raise ValueError("f is not finite")
    return value


def moved(f, x, step, seed):
    directions = np.eye(x.size).reshape(x.size, *x.shape)
    start, values = x.copy(), []
    for direction in directions:
        x[...] = start + step * direction
        try:
            values.append(value_at(f, x, seed))
        finally:
            x[...] = start
    return np.array(values, dtype=float).reshape(x.shape)


def numerical_gradient(f, x, epsilon=1e-5, *, seed=None):
    if x.dtype != np.float64 or epsilon <= 0:
        raise ValueError("float64 and a positive step, please")
    return (moved(f, x, epsilon, seed) - moved(f, x, -epsilon, seed)) / epsilon / 2


def relative_error(a, n, floor=1e-6):
    if a.shape != n.shape or floor <= 0:
        raise ValueError("these cannot be compared")
    if not a.size:
        return 0.0
    with np.errstate(invalid="ignore"):
        errors = abs(a - n) / np.max([abs(a), abs(n), np.full(a.shape, floor)], axis=0)
    return float(errors.max()) if np.isfinite(errors).all() else np.inf


def is_gradient(f, gradient, x, epsilon=1e-5, tolerance=1e-4, *, seed=None):
    if gradient.shape != x.shape:
        raise ValueError("not the shape of x")
    middle = value_at(f, x, seed)
    floor = 1e-6 * max(1.0, abs(middle))
    steps = (epsilon, epsilon / 10)
    rights = [(moved(f, x, h, seed) - middle) / h for h in steps]
    lefts = [(middle - moved(f, x, -h, seed)) / h for h in steps]
    return all(
        np.isfinite(gradient[i])
        and entry_is_right(
            gradient[i], [r[i] for r in rights], [left[i] for left in lefts], tolerance, floor
        )
        for i in np.ndindex(x.shape)
    )


def entry_is_right(claim, rights, lefts, tolerance, floor):
    means = [(left + right) / 2 for left, right in zip(lefts, rights, strict=True)]
    if near(claim, means[0], tolerance, floor) or near(claim, means[1], tolerance, floor):
        return True
    gaps = [abs(right - left) for left, right in zip(lefts, rights, strict=True)]
    if gaps[1] <= gaps[0] / 2:
        return False
    low, high = sorted((lefts[1], rights[1]))
    return near(claim, min(max(claim, low), high), tolerance, floor)


def near(one, other, tolerance, floor):
    return bool(abs(one - other) <= tolerance * max(abs(one), abs(other), floor))
