"""Thresholds: how good a trained model must be, as ``exercise.toml`` states it.

A number somebody chose, or a table that ``gradus calibrate`` wrote::

    [thresholds]
    loss = 0.5

    [thresholds.purity]
    value = 0.978            # asked for
    direction = "higher"     # what is better
    best = 1.0               # the best possible
    mean = 1.0               # of the reference, over so many seeds
    spread = 0.0             # its standard deviation
    seeds = 100
    attempts = 3             # a check trains anew, so often at most, before it fails
    false_failure = 2.58e-05 # at most so often does a right solution fail all attempts
    method = "..."
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from framework.errors import BadInputError
from framework.toml_tables import Table

HIGHER, LOWER = DIRECTIONS = "higher", "lower"

KEYS = (
    "value",
    "direction",
    "best",
    "mean",
    "spread",
    "seeds",
    "attempts",
    "false_failure",
    "method",
)


@dataclass(frozen=True)
class Threshold:
    """What a metric has to reach.

    Attributes:
        value: asked for.
        direction: ``higher`` or ``lower``: what is better; empty for a plain number, where the
            check alone knows.
        best: the best possible; infinite where there is no limit.
        mean: of the reference's metric at the end of its training.
        spread: standard deviation of the same.
        seeds: how many were measured; 0: the value is somebody's choice.
        attempts: how often a check may train, each time with new random numbers.
        false_failure: upper limit of the probability that a right solution fails.
        method: how value and limit came about.
    """

    value: float
    direction: str = ""
    best: float | None = None
    mean: float | None = None
    spread: float | None = None
    seeds: int = 0
    attempts: int = 1
    false_failure: float | None = None
    method: str = ""


def better(one: float, other: float, direction: str) -> bool:
    """Whether metric `one` is at least as good as `other`."""
    return one >= other if direction == HIGHER else one <= other


def read_thresholds(table: Table) -> dict[str, Threshold]:
    """The thresholds in table ``[thresholds]``.

    Raises:
        BadInputError: names the key that is wrong.
    """
    return {name: _read(table, name) for name in table.values}


def _read(thresholds: Table, name: str) -> Threshold:
    if not isinstance(thresholds.values[name], dict):
        return Threshold(thresholds.get(name, float))
    table = thresholds.table(name)
    table.only(*KEYS)
    _reject_gaps(table, name)
    found = Threshold(
        value=table.get("value", float),
        direction=table.get("direction", str),
        best=table.get("best", float),
        mean=table.get("mean", float),
        spread=table.get("spread", float),
        seeds=table.get("seeds", int),
        attempts=table.get("attempts", int, 1),
        false_failure=table.get("false_failure", float),
        method=table.get("method", str),
    )
    _check_values(table, found)
    return found


def _reject_gaps(table: Table, name: str) -> None:
    measured = {"best": float, "mean": float, "spread": float, "false_failure": float}
    missing = table.missing(value=float, direction=str, seeds=int, method=str, **measured)
    if missing:
        raise BadInputError(
            f"{table.file}: {'; '.join(missing)}. `gradus calibrate` writes such a table; a value "
            f"that you choose is a line `{name} = 0.5` under [thresholds]"
        )


def _check_values(table: Table, found: Threshold) -> None:
    if found.direction not in DIRECTIONS:
        table.fail("direction", f"must be 'higher' or 'lower', not {found.direction!r}")
    if not math.isfinite(found.value):
        table.fail("value", f"must be finite, not {found.value}")
    if found.attempts < 1:
        table.fail("attempts", f"must be at least 1, not {found.attempts}")
    if found.best is not None and not better(found.best, found.value, found.direction):
        table.fail("value", f"= {found.value:g} is better than the best = {found.best:g}")
