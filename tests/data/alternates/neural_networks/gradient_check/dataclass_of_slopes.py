"""A record of the slopes of one entry; a generator of entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def evaluate(f, x, seed):
    value = f(x) if seed is None else f(x, np.random.default_rng(seed))
    if not np.isfinite(value):
        raise ValueError(f"f is {value}")
    return float(value)


@dataclass(frozen=True)
class _Slopes:
    left: float
    right: float
    central: float

    @property
    def distance(self):
        return abs(self.left - self.right)


def _values(f, x, epsilon, seed):
    """Yield each entry's place with f on its left and on its right."""
    if x.dtype != np.float64 or not epsilon > 0:
        raise ValueError(f"{x.dtype}, epsilon {epsilon}")
    for place in np.ndindex(x.shape):
        old = x[place].copy()
        pair = []
        for moved in (old - epsilon, old + epsilon):
            x[place] = moved
            try:
                pair.append(evaluate(f, x, seed))
            finally:
                x[place] = old
        yield place, *pair


def numerical_gradient(f, x, epsilon=1e-5, *, seed=None):
    result = np.empty(x.shape)
    for place, left, right in _values(f, x, epsilon, seed):
        result[place] = (right - left) / (2 * epsilon)
    return result


def relative_error(a, n, floor=1e-6):
    if a.shape != n.shape or not floor > 0:
        raise ValueError(f"{a.shape}, {n.shape}, {floor}")
    if not np.all(np.isfinite(a) & np.isfinite(n)):
        return float("inf")
    largest = np.fmax(np.fmax(abs(a), abs(n)), floor)
    return max((abs(a - n) / largest).ravel().tolist(), default=0.0)


def _slopes(f, x, epsilon, seed, centre):
    return {
        place: _Slopes(
            (centre - left) / epsilon, (right - centre) / epsilon, (right - left) / (2 * epsilon)
        )
        for place, left, right in _values(f, x, epsilon, seed)
    }


def is_gradient(f, gradient, x, epsilon=1e-5, tolerance=1e-4, *, seed=None):
    if gradient.shape != x.shape:
        raise ValueError(f"{gradient.shape}, {x.shape}")
    centre = evaluate(f, x, seed)
    floor = 1e-6 * max(1.0, abs(centre))
    far, near = (_slopes(f, x, step, seed, centre) for step in (epsilon, epsilon / 10))

    def close(one, other):
        return abs(one - other) <= tolerance * max(abs(one), abs(other), floor)

    def right(place):
        g = float(gradient[place])
        if not np.isfinite(g):
            return False
        if close(g, far[place].central) or close(g, near[place].central):
            return True
        if near[place].distance <= far[place].distance / 2:
            return False
        low, high = sorted((near[place].left, near[place].right))
        return close(g, min(max(g, low), high))

    return all(right(place) for place in far)
