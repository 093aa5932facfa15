"""Thresholds of ``exercise.toml``: the required metric of a trained model.

A threshold is a chosen number, or a table that ``gradus calibrate`` wrote::

    [thresholds]
    loss = 0.5

    [thresholds.purity]
    value = 0.978            # the required value
    direction = "higher"     # which values are better
    best = 1.0               # the best possible
    mean = 1.0               # of the reference, over all seeds
    spread = 0.0             # its standard deviation
    seeds = 100
    attempts = 3             # maximum number of trainings before a check fails
    false_failure = 2.58e-05 # upper limit of the rate of false failures
    method = "..."
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from framework.errors import BadInputError
from framework.toml_formats import Format, Key
from framework.toml_tables import Table

HIGHER, LOWER = DIRECTIONS = "higher", "lower"

THRESHOLD_FORMAT = Format(
    "[thresholds.NAME]",
    (
        Key("value", float, "Required value.", required=True),
        Key("direction", str, "The better direction: `higher` or `lower`.", required=True),
        Key("best", float, "Best possible value.", required=True),
        Key("mean", float, "Mean of the reference over all seeds.", required=True),
        Key("spread", float, "Its standard deviation.", required=True),
        Key("seeds", int, "Number of measured seeds.", required=True),
        Key("attempts", int, "Largest number of trainings before a check fails."),
        Key("false_failure", float, "Upper limit of the rate of false failures.", required=True),
        Key("method", str, "How the value was found.", required=True),
    ),
)


@dataclass(frozen=True)
class Threshold:
    """The required value of a metric.

    Attributes:
        value: the required value.
        direction: ``higher`` or ``lower``, the better direction; empty for a plain number, whose
            direction the check states.
        best: the best possible value; infinite if there is no limit.
        mean: of the reference's metric at the end of its training.
        spread: standard deviation of the same.
        seeds: the number of measured seeds; 0 for a chosen value.
        attempts: the number of trainings that a check may try, each with new random numbers.
        false_failure: upper limit of the probability that a right solution fails.
        method: the method that gave the value.
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


def better(value: float, other: float, direction: str) -> bool:
    """Return whether metric `value` is at least as good as `other`."""
    return value >= other if direction == HIGHER else value <= other


def read_thresholds(table: Table) -> dict[str, Threshold]:
    """Return the thresholds in table ``[thresholds]``.

    Raises:
        BadInputError: names the key that is wrong.
    """
    return {name: _read(table, name) for name in table.values}


def _read(thresholds: Table, name: str) -> Threshold:
    if not isinstance(thresholds.values[name], dict):
        return Threshold(thresholds.get(name, float))
    table = thresholds.table(name)
    _reject_gaps(table, name)
    THRESHOLD_FORMAT.check(table)
    threshold = Threshold(
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
    _check_values(table, threshold)
    return threshold


def _reject_gaps(table: Table, name: str) -> None:
    measured = {"best": float, "mean": float, "spread": float, "false_failure": float}
    missing = table.missing(value=float, direction=str, seeds=int, method=str, **measured)
    if missing:
        raise BadInputError(
            f"{table.place()}: {'; '.join(missing)}. `gradus calibrate` writes such a table; a "
            f"value that you choose is a line `{name} = 0.5` under [thresholds]"
        )


def _check_values(table: Table, threshold: Threshold) -> None:
    if threshold.direction not in DIRECTIONS:
        table.fail("direction", f"must be 'higher' or 'lower', not {threshold.direction!r}")
    if not math.isfinite(threshold.value):
        table.fail("value", f"must be finite, not {threshold.value}")
    if threshold.attempts < 1:
        table.fail("attempts", f"must be at least 1, not {threshold.attempts}")
    if threshold.best is not None and not better(
        threshold.best, threshold.value, threshold.direction
    ):
        table.fail("value", f"= {threshold.value:g} is better than the best = {threshold.best:g}")
