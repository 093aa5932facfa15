"""Whether what was drawn at random was drawn from a known distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.checks.failures import CheckFailed

Array = np.ndarray[Any, Any]
#: The probability that right draws are refused, over all values together.
FALSE_ALARM = 1e-9


def matches_distribution(drawn: Array, probabilities: Array, what: str) -> None:
    """Fail unless the values in `drawn` come about as often as `probabilities` says.

    Of n independent draws, a value of probability p comes up n p times on average, and further off
    than t only with probability 2 exp(−t² / 2(n p (1 − p) + t/3)) (Bernstein's inequality). t is
    chosen so that this is `FALSE_ALARM` over the number of values: exact draws are refused once in
    a thousand million times, however many values there are and however rare each is.

    Args:
        drawn: indices into `probabilities`, any shape.
        probabilities: `(K,)`.

    Raises:
        CheckFailed: with the value that is furthest off.
    """
    found = np.asarray(drawn)
    if found.dtype.kind not in "iu":
        message = f"{what}: expected integers, received {found.dtype}"
        raise CheckFailed(message, about=drawn, fact=f"{what}: dtype")
    if found.size and not (found.min() >= 0 and found.max() < len(probabilities)):
        message = f"{what}: {found.min()} ... {found.max()} are not all among the values"
        raise CheckFailed(message, about=drawn, fact=f"{what}: values")
    counts = np.bincount(found.ravel(), minlength=len(probabilities))
    n, p = found.size, np.asarray(probabilities, dtype=np.float64)
    excess = np.abs(counts - n * p) / _largest_deviation(n * p * (1 - p), len(p))
    if counts[p == 0].any():
        value = int(np.flatnonzero((p == 0) & (counts > 0))[0])
        message = f"{what}: {value} was drawn, which has probability 0"
        raise CheckFailed(message, about=drawn, fact=f"{what}: frequencies")
    if excess.max() > 1:
        worst = int(excess.argmax())
        raise CheckFailed(
            f"{what}: {worst} came up {counts[worst]} times in {n}, where about "
            f"{n * p[worst]:.0f} are expected",
            about=drawn,
            fact=f"{what}: frequencies",
        )


def _largest_deviation(variances: Array, values: int) -> Array:
    """Return the largest deviation t that `matches_distribution` allows.

    It solves t² = 2 L (variance + t/3) with L = log(2 values / FALSE_ALARM).
    """
    L = math.log(2 * values / FALSE_ALARM)
    return np.asarray(L / 3 + np.sqrt(L**2 / 9 + 2 * L * variances))
