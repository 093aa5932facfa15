"""Where is a claimed gradient wrong? First a few directions; the entries only after they disagree.

Two directions (`plain`, `scaled`) ask about everything at once. Where one disagrees, every array is
asked about with two of its own, and the worst array is halved, each half asked with a direction,
until few enough entries are left to ask one by one: 12 log₂ n calls of f instead of 6 n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framework.gradients.numerical import (
    Array,
    Claim,
    Comparison,
    Point,
    plain_direction,
    scaled_direction,
    unit_direction,
)

#: So many entries are asked one by one.
MAX_ENTRIES = 128
#: Ratios this close to each other are the same.
SAME_RATIO = 1e-5


class UndecidedError(Exception):
    """The function is not smooth or not exact enough at this point: no direction tells anything."""


@dataclass(frozen=True)
class Entry:
    """A wrong entry of a gradient.

    Attributes:
        index: its place in the array.
        said: what the claim says.
        measured: what it is.
    """

    index: tuple[int, ...]
    said: float
    measured: float


@dataclass(frozen=True)
class Disagreement:
    """What is wrong about a claim.

    Attributes:
        names: the arrays whose gradient is wrong, the worst first.
        worst: the entry of the first array that is furthest off; None if no single entry is.
        wrong: how many entries of that array are wrong, of those asked one by one.
        asked: how many were asked.
        ratio: said / measured, where it is the same for all wrong entries.
    """

    names: tuple[str, ...]
    worst: Entry | None
    wrong: int
    asked: int
    ratio: float | None


def disagreement(claim: Claim, rng: np.random.Generator) -> Disagreement | None:
    """What is wrong about `claim`; None if it may be right.

    Raises:
        UndecidedError: at a kink, or where f is too coarse to be differentiated numerically.
    """
    both = claim.compare(_directions(claim, rng))
    if not all(one.usable for one in both):
        raise UndecidedError
    if all(one.agrees for one in both):
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
    """Names of the arrays that their own directions find wrong, the worst first."""
    names = list(claim.point)
    found = claim.compare([v for name in names for v in _directions(claim, rng, [name])])
    excess = {n: max(found[2 * i : 2 * i + 2], key=_excess) for i, n in enumerate(names)}
    wrong = [name for name in names if not excess[name].agrees]
    return sorted(wrong, key=lambda name: -excess[name].excess)


def _entries(claim: Claim, names: list[str], rng: np.random.Generator) -> Disagreement:
    name, shape = names[0], claim.point[names[0]].shape
    block = _block(claim, name, rng)
    found = claim.compare([unit_direction(claim.point, name, entry) for entry in block])
    wrong = [i for i, one in enumerate(found) if not one.agrees]
    if not wrong:
        return Disagreement(tuple(names), None, 0, len(block), None)
    i = max(wrong, key=lambda i: abs(found[i].said - found[i].measured))
    index = tuple(int(k) for k in np.unravel_index(block[i], shape))
    worst = Entry(index, found[i].said, found[i].measured)
    ratio = _common_ratio([found[i] for i in wrong])
    return Disagreement(tuple(names), worst, len(wrong), len(block), ratio)


def _block(claim: Claim, name: str, rng: np.random.Generator) -> Array:
    """Flat places of at most `MAX_ENTRIES` entries of an array, among which it is wrong."""
    block = np.arange(claim.point[name].size)
    while block.size > MAX_ENTRIES:
        halves = np.array_split(block, 2)
        directions = [
            _within(half, scaled_direction(claim.gradients, rng, [name])) for half in halves
        ]
        found = claim.compare(directions)
        block = halves[int(np.argmax([one.excess for one in found]))]
    return block


def _within(entries: Array, direction: Point) -> dict[str, Array]:
    """`direction`, of one array, with zeros outside `entries`."""
    ((name, v),) = direction.items()
    cut = np.zeros(v.shape)
    cut.flat[entries] = v.flat[entries]
    return {name: cut}


def _common_ratio(wrong: Sequence[Comparison]) -> float | None:
    if any(one.measured == 0 for one in wrong):
        return None
    ratios = np.array([one.said / one.measured for one in wrong])
    middle = float(np.median(ratios))
    same = np.abs(ratios - middle) <= SAME_RATIO * max(1.0, abs(middle))
    return middle if same.all() else None


def _excess(one: Comparison) -> float:
    return one.excess
