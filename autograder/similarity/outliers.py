"""What stands out from a class: a threshold from its own distribution, and clusters beyond it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from autograder.similarity.pairs import Pair

#: Standard deviations above the median that the class's own similarity stays below.
DEVIATIONS = 6.0
#: Nothing below this share stands out, however different the others are.
LOWEST_THRESHOLD = 0.5
#: Classes with fewer members have no distribution to speak of.
MIN_CLASS, SMALL_CLASS_THRESHOLD = 8, 0.8
#: Standard deviation of a normal distribution by its median absolute deviation.
_SPREAD = 1.4826


@dataclass(frozen=True)
class Cluster:
    """Code that belongs together: connected by pairs beyond the threshold, most alike first."""

    members: tuple[str, ...]
    pairs: tuple[Pair, ...]


def nearest(ids: Iterable[str], pairs: Iterable[Pair]) -> dict[str, float]:
    """Return id -> the share of its most similar counterpart; 0 for one with none."""
    found = dict.fromkeys(ids, 0.0)
    for first, second, share in pairs:
        if first in found and second in found:
            found[first] = max(found[first], share)
            found[second] = max(found[second], share)
    return found


def threshold(shares: Sequence[float]) -> float:
    """Return the share beyond which a pair stands out, from the nearest shares of a class.

    Median and median absolute deviation are not moved by a few copies. Where most of a class is
    alike, as after a common hint, nothing stands out and the threshold may exceed 1.
    """
    if len(shares) < MIN_CLASS:
        return SMALL_CLASS_THRESHOLD
    middle = median(shares)
    spread = _SPREAD * median(abs(share - middle) for share in shares)
    return max(LOWEST_THRESHOLD, middle + DEVIATIONS * spread)


def clusters(pairs: Iterable[Pair], beyond: float) -> list[Cluster]:
    """Return the clusters of pairs beyond a threshold, those with the highest share first."""
    chosen = sorted((pair for pair in pairs if pair[2] > beyond), key=lambda pair: -pair[2])
    group: dict[str, set[str]] = {}
    for first, second, _ in chosen:
        joined = group.get(first, {first}) | group.get(second, {second})
        group.update(dict.fromkeys(joined, joined))
    distinct = {id(members): members for members in group.values()}
    found = [
        Cluster(tuple(sorted(members)), tuple(pair for pair in chosen if pair[0] in members))
        for members in distinct.values()
    ]
    return sorted(found, key=lambda one: -one.pairs[0][2])
