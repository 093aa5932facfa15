"""Values of n-grams by their numbers, for the models that are made of counts."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def values_at(values: Array, numbers: Array) -> Array:
    """Return the values with these numbers, and 0 for the number −1, an n-gram never seen.

    Args:
        values: one for each n-gram of a length, `(K,)`.
        numbers: `(...)` integers in −1 ... K−1.
    """
    return np.where(numbers >= 0, values[numbers], 0) if len(values) else np.zeros_like(numbers)


def ratio(a: Array, b: Array) -> Array:
    """Return a / b, and 0 where b is 0; the shapes broadcast."""
    a, b = np.broadcast_arrays(a, b)
    return np.divide(a, b, out=np.zeros(a.shape), where=b > 0)
