"""Search for the wrong entries of a claimed gradient: first along directions, then by entry.

Two directions (`plain`, `scaled`) test all entries together. If one disagrees, every array is
tested with two directions. The worst array is halved, and each half is tested with a direction,
until few entries are left for single tests: 12 log₂ n calls of f instead of 6 n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from autograder.checks.numerical_gradients import (
    Array,
    Claim,
    Comparison,
    Point,
    plain_direction,
    scaled_direction,
    unit_direction,
)

#: Maximum number of entries that are tested one by one.
MAX_ENTRIES = 128
#: Ratios this close to each other are the same.
SAME_RATIO = 1e-5


class UndecidedError(Exception):
    """The function is not smooth or not exact enough at this point for a decision."""


@dataclass(frozen=True)
class Entry:
    """A wrong entry of a gradient.

    Attributes:
        index: its index in the array.
        claimed: the claimed value.
        measured: the numerical value.
    """

    index: tuple[int, ...]
    claimed: float
    measured: float


@dataclass(frozen=True)
class Disagreement:
    """The differences between a claim and the measurement.

    Attributes:
        names: the arrays whose gradient is wrong, the worst first.
        worst: the entry of the first array with the largest deviation; None without a single one.
        wrong: the number of wrong entries of that array among those tested one by one.
        asked: the number of entries tested one by one.
        ratio: claimed / measured, if it is equal for all wrong entries.
    """

    names: tuple[str, ...]
    worst: Entry | None
    wrong: int
    asked: int
    ratio: float | None


def disagreement(claim: Claim, rng: np.random.Generator) -> Disagreement | None:
    """Return the differences of `claim`; None if it agrees with the measurement.

    Raises:
        UndecidedError: at a kink, or if f is too coarse for numerical derivatives.
    """
    both = claim.compare(_directions(claim, rng))
    if not all(comparison.usable for comparison in both):
        raise UndecidedError
    if all(comparison.agrees for comparison in both):
        return None
    names = _wrong_arrays(claim, rng)
    return _entries(claim, names, rng) if names else None


def _directions(
    claim: Claim, rng: np.random.Generator, names: Sequence[str] | None = None
) -> list[dict[str, Array]]:
    return [
        plain_direction(claim.point, rng, names),
        scaled_direction(claim.gradients, rng, names),
    ]


def _wrong_arrays(claim: Claim, rng: np.random.Generator) -> list[str]:
    """Return the names of the wrong arrays, the worst first."""
    names = list(claim.point)
    comparisons = claim.compare([v for name in names for v in _directions(claim, rng, [name])])
    excess = {
        n: max(comparisons[2 * i : 2 * i + 2], key=attrgetter("excess"))
        for i, n in enumerate(names)
    }
    wrong = [name for name in names if not excess[name].agrees]
    return sorted(wrong, key=lambda name: -excess[name].excess)


def _entries(claim: Claim, names: list[str], rng: np.random.Generator) -> Disagreement:
    name, shape = names[0], claim.point[names[0]].shape
    block = _block(claim, name, rng)
    comparisons = claim.compare([unit_direction(claim.point, name, entry) for entry in block])
    wrong = [i for i, comparison in enumerate(comparisons) if not comparison.agrees]
    if not wrong:
        return Disagreement(tuple(names), None, 0, len(block), None)
    i = max(wrong, key=lambda i: abs(comparisons[i].claimed - comparisons[i].measured))
    index = tuple(int(k) for k in np.unravel_index(block[i], shape))
    worst = Entry(index, comparisons[i].claimed, comparisons[i].measured)
    ratio = _common_ratio([comparisons[i] for i in wrong])
    return Disagreement(tuple(names), worst, len(wrong), len(block), ratio)


def _block(claim: Claim, name: str, rng: np.random.Generator) -> Array:
    """Return flat indices of at most `MAX_ENTRIES` entries that contain a wrong one."""
    block = np.arange(claim.point[name].size)
    while block.size > MAX_ENTRIES:
        halves = np.array_split(block, 2)
        directions = [
            _within(half, scaled_direction(claim.gradients, rng, [name])) for half in halves
        ]
        comparisons = claim.compare(directions)
        block = halves[int(np.argmax([comparison.excess for comparison in comparisons]))]
    return block


def _within(entries: Array, direction: Point) -> dict[str, Array]:
    """Return `direction` of one array with zeros outside `entries`."""
    ((name, v),) = direction.items()
    cut = np.zeros(v.shape)
    cut.flat[entries] = v.flat[entries]
    return {name: cut}


def _common_ratio(wrong: Sequence[Comparison]) -> float | None:
    if any(comparison.measured == 0 for comparison in wrong):
        return None
    ratios = np.array([comparison.claimed / comparison.measured for comparison in wrong])
    middle = float(np.median(ratios))
    same = np.abs(ratios - middle) <= SAME_RATIO * max(1.0, abs(middle))
    return middle if same.all() else None
