"""As the notes have it: nditer over x, in place; and relative_error as the only comparison."""

import numpy as np


def evaluate(f, x, seed):
    value = f(x) if seed is None else f(x, np.random.default_rng(seed))
    if np.isnan(value) or np.isinf(value):
        raise ValueError("f is not finite")
    return value


def numerical_gradient(f, x, epsilon=1e-5, *, seed=None):
    if x.dtype != np.float64 or epsilon <= 0:
        raise ValueError("x must be float64 and epsilon positive")
    return both_sides(f, x, epsilon, seed, lambda left, right: (right - left) / (2 * epsilon))


def both_sides(f, x, epsilon, seed, combine):
    grad = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index", "zerosize_ok"])
    while not it.finished:
        ix = it.multi_index
        old_value = x[ix]
        x[ix] = old_value - epsilon
        left = evaluate(f, x, seed)
        x[ix] = old_value + epsilon
        right = evaluate(f, x, seed)
        x[ix] = old_value
        grad[ix] = combine(left, right)
        it.iternext()
    return grad


def relative_error(a, n, floor=1e-6):
    if a.shape != n.shape or floor <= 0:
        raise ValueError("shapes must agree and floor must be positive")
    worst = 0.0
    for one, other in zip(a.ravel().tolist(), n.ravel().tolist(), strict=True):
        if not (np.isfinite(one) and np.isfinite(other)):
            return float("inf")
        worst = max(worst, abs(one - other) / max(abs(one), abs(other), floor))
    return worst


def is_gradient(f, gradient, x, epsilon=1e-5, tolerance=1e-4, *, seed=None):
    if gradient.shape != x.shape:
        raise ValueError("gradient and x must have one shape")
    if not np.isfinite(gradient).all():
        return False
    middle = evaluate(f, x, seed)
    floor = 1e-6 * max(1.0, abs(middle))
    if relative_error(gradient, numerical_gradient(f, x, epsilon, seed=seed), floor) <= tolerance:
        return True
    small = epsilon / 10
    wide = numerical_gradient(f, x, epsilon, seed=seed)
    narrow = numerical_gradient(f, x, small, seed=seed)
    gap = both_sides(f, x, epsilon, seed, lambda a, b: abs(a + b - 2 * middle) / epsilon)
    left = both_sides(f, x, small, seed, lambda a, b: (middle - a) / small)
    right = both_sides(f, x, small, seed, lambda a, b: (b - middle) / small)
    for ix in np.ndindex(x.shape):
        claim = np.array(gradient[ix])
        targets = [(wide[ix], floor), (narrow[ix], floor)]
        if abs(right[ix] - left[ix]) > gap[ix] / 2:
            ends = sorted((left[ix], right[ix]))
            targets.append((np.clip(claim, *ends), floor))
        if all(relative_error(claim, np.array(n), least) > tolerance for n, least in targets):
            return False
    return True
