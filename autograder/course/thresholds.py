"""Thresholds of ``exercise.toml``: the required metric of a trained model.

A threshold is a chosen number, as in ``loss = 0.5`` under ``[thresholds]``, or a table
``[thresholds.loss]`` with the keys of `THRESHOLD_FORMAT`, which ``gradus calibrate`` wrote.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from framework.errors import BadInputError
from framework.toml_tables import Format, Key, Table

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
    """The required value of a metric; see `THRESHOLD_FORMAT`.

    Attributes:
        direction: empty for a plain number, whose direction the check states.
        best: infinite if there is no limit.
        seeds: 0 for a chosen value.
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
    """Return the thresholds in table ``[thresholds]``."""
    return {name: _read(table, name) for name in table.values}


def _read(thresholds: Table, name: str) -> Threshold:
    if not isinstance(thresholds.values[name], dict):
        return Threshold(thresholds.get(name, float))
    table = thresholds.table(name)
    missing = table.missing(**{key.name: key.kind for key in THRESHOLD_FORMAT.keys if key.required})
    if missing:
        raise BadInputError(
            f"{table.place()}: {'; '.join(missing)}. `gradus calibrate` writes such a table; a "
            f"value that you choose is a line `{name} = 0.5` under [thresholds]"
        )
    threshold = Threshold(**THRESHOLD_FORMAT.check(table))
    value, best, direction = threshold.value, threshold.best, threshold.direction
    if direction not in DIRECTIONS:
        table.fail("direction", f"must be 'higher' or 'lower', not {direction!r}")
    if not math.isfinite(value):
        table.fail("value", f"must be finite, not {value}")
    if threshold.attempts < 1:
        table.fail("attempts", f"must be at least 1, not {threshold.attempts}")
    if best is not None and not better(best, value, direction):
        table.fail("value", f"= {value:g} is better than the best = {best:g}")
    return threshold
