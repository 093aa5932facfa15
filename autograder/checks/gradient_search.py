"""Search for the wrong entries of a claimed gradient: first along directions, then by entry.

Two directions (`plain`, `scaled`) test all entries together. If one disagrees, every array is
tested with two directions. The worst array is halved, and each half is tested with a direction,
until few entries are left for single tests: 12 log₂ n calls of f instead of 6 n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograder.checks.numerical_gradients import (
    Array,
    Claim,
    Comparison,
    plain_direction,
    scaled_direction,
    unit_direction,
)

#: Maximum number of entries that are tested one by one; with rough slopes each takes four requests,
#: and a check with more than 400 requests explains nothing.
MAX_ENTRIES = 64
#: Ratios this close to each other are the same.
SAME_RATIO = 1e-5


class UndecidedError(Exception):
    """The function is not smooth or not exact enough at this point for a decision."""


@dataclass(frozen=True)
class Disagreement:
    """The differences between a claim and the measurement.

    Attributes:
        names: the arrays whose gradient is wrong, the worst first.
        asked: the number of entries of the first array tested one by one.
        wrong: the number of wrong entries among them.
        worst: the wrong entry with the largest deviation; None without a wrong one.
        index: its index in the array.
        ratio: claimed / measured, if it is equal for all wrong entries.
    """

    names: tuple[str, ...]
    asked: int
    wrong: int = 0
    worst: Comparison | None = None
    index: tuple[int, ...] = ()
    ratio: float | None = None


def disagreement(claim: Claim, rng: np.random.Generator) -> Disagreement | None:
    """Return the differences of `claim`; None if it agrees with the measurement."""
    both = _compared(claim, rng)
    if not all(comparison.usable for comparison in both):
        raise UndecidedError
    if all(comparison.agrees for comparison in both):
        return None
    names = _wrong_arrays(claim, rng)
    return _entries(claim, names, rng) if names else None


def _compared(
    claim: Claim, rng: np.random.Generator, names: Sequence[str] | None = None
) -> list[Comparison]:
    """Return the comparisons along a plain and a scaled direction of the arrays `names`."""
    plain = plain_direction(claim.point, rng, names)
    return [claim.compare(plain), claim.compare(scaled_direction(claim.gradients, rng, names))]


def _wrong_arrays(claim: Claim, rng: np.random.Generator) -> list[str]:
    """Return the names of the wrong arrays, the worst first."""
    excess = {name: max(c.excess for c in _compared(claim, rng, [name])) for name in claim.point}
    return sorted((name for name in excess if excess[name] > 1), key=lambda name: -excess[name])


def _entries(claim: Claim, names: list[str], rng: np.random.Generator) -> Disagreement:
    name, shape = names[0], claim.point[names[0]].shape
    block = _block(claim, name, rng)
    compared = {k: claim.compare(unit_direction(claim.point, name, k)) for k in block}
    wrong = {k: comparison for k, comparison in compared.items() if not comparison.agrees}
    if not wrong:
        return Disagreement(tuple(names), len(block))
    k = max(wrong, key=lambda k: abs(wrong[k].claimed - wrong[k].measured))
    index = tuple(int(i) for i in np.unravel_index(k, shape))
    ratio = _common_ratio([*wrong.values()])
    return Disagreement(tuple(names), len(block), len(wrong), wrong[k], index, ratio)


def _block(claim: Claim, name: str, rng: np.random.Generator) -> list[int]:
    """Return flat indices of at most `MAX_ENTRIES` entries that contain a wrong one."""

    def excess(entries: Array) -> float:
        v = scaled_direction(claim.gradients, rng, [name])[name]
        direction = np.zeros(v.shape)
        direction.flat[entries] = v.flat[entries]
        return claim.compare({name: direction}).excess

    block = np.arange(claim.point[name].size)
    while block.size > MAX_ENTRIES:
        block = max(np.array_split(block, 2), key=excess)
    return block.tolist()


def _common_ratio(wrong: Sequence[Comparison]) -> float | None:
    if any(comparison.measured == 0 for comparison in wrong):
        return None
    ratios = np.array([comparison.claimed / comparison.measured for comparison in wrong])
    middle = float(np.median(ratios))
    same = np.abs(ratios - middle) <= SAME_RATIO * max(1.0, abs(middle))
    return middle if same.all() else None
