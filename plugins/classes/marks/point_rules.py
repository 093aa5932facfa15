"""The rules of a class for points after grading: ``rules.toml`` in the collection.

[late]                   # days after the due date that no late day covers
per_day = 10             # percent of the points earned, for each day begun
at_most = 50

[weights]
rnn = 2
lm_questions = 0         # not in the sum

[leave_out]
tasks = ["lstm.backward"]
lowest = 1               # of each student, the exercise with the smallest share of points

[full_points]
tasks = ["rnn.forward"]  # a task that was wrong in the course
"""

from __future__ import annotations

import sys
from collections.abc import Collection as Names
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from framework.errors import BadInputError, UnknownNameError
from framework.toml_tables import Format, Key, Table, read_table

N = TypeVar("N", int, float)

FILE = "rules.toml"

RULES_FORMAT = Format(
    "",
    (
        Key("late", dict, "Late penalty: the table `[late]`."),
        Key("weights", dict, "Exercise -> factor of its points; 0 leaves it out, 1 is usual."),
        Key("leave_out", dict, "What does not count: the table `[leave_out]`."),
        Key("full_points", dict, "What counts as right for all: the table `[full_points]`."),
    ),
)
LATE_FORMAT = Format(
    "[late]",
    (
        Key("per_day", float, "Percent of the points earned, for each day begun.", required=True),
        Key("at_most", float, "Percent that a student loses at most; 100 by default."),
    ),
)
LEAVE_OUT_FORMAT = Format(
    "[leave_out]",
    (
        Key("tasks", list, "Tasks, as EXERCISE.TASK, without points for all students."),
        Key("lowest", int, "Number of exercises left out for each student: the worst ones."),
    ),
)
FULL_POINTS_FORMAT = Format(
    "[full_points]",
    (Key("tasks", list, "Tasks, as EXERCISE.TASK, with full points for what was handed in."),),
)


@dataclass(frozen=True)
class Rules:
    """The rules of a class; without a file, points stay as they are.

    Attributes:
        per_day, at_most: percent of the points earned that lateness costs.
        dropped_tasks, full_tasks: (exercise, task) of each.
        lowest: number of exercises that are left out for each student.
    """

    per_day: float = 0.0
    at_most: float = 100.0
    weights: Mapping[str, float] = field(default_factory=dict)
    dropped_tasks: frozenset[tuple[str, str]] = frozenset()
    lowest: int = 0
    full_tasks: frozenset[tuple[str, str]] = frozenset()


def read_rules(folder: Path, tasks: Mapping[str, Names[str]]) -> Rules:
    """Read the rules in `folder`; without a file, there are no rules."""
    file = folder / FILE
    if not file.exists():
        return Rules()
    table = read_table(file)
    RULES_FORMAT.check(table)
    late, left_out, full = (table.table(name) for name in ("late", "leave_out", "full_points"))
    formats = ((late, LATE_FORMAT), (left_out, LEAVE_OUT_FORMAT), (full, FULL_POINTS_FORMAT))
    for part, wanted in formats:
        if part.values:
            wanted.check(part)
    weights = table.table("weights")
    for name in weights.values:
        _require(file, name, tasks)
    rules = Rules(
        _number(late, "per_day", 0.0, 100),
        _number(late, "at_most", 100.0, 100),
        {name: _number(weights, name, 1.0) for name in weights.values},
        _tasks(left_out, tasks),
        _number(left_out, "lowest", 0),
        _tasks(full, tasks),
    )
    for exercise, task in sorted(rules.dropped_tasks & rules.full_tasks):
        raise BadInputError(f"{FILE}: {exercise}.{task} is both left out and right for all")
    return rules


def _number(table: Table, key: str, default: N, most: float = sys.float_info.max) -> N:
    """Return a number from 0 to `most`, of the type of `default`."""
    value = table.get(key, type(default), default)
    if not 0 <= value <= most:
        end = " to 100" if most == 100 else ""
        table.fail(key, f"must be a number from 0{end}, not {value:g}")
    return value


def _tasks(table: Table, tasks: Mapping[str, Names[str]]) -> frozenset[tuple[str, str]]:
    named = set()
    for name in table.texts("tasks"):
        exercise, separator, task = name.partition(".")
        if not separator:
            table.fail("tasks", f"must name tasks as EXERCISE.TASK, not {name!r}")
        _require(table.file, exercise, tasks)
        known = tasks[exercise]
        if task not in known:
            raise UnknownNameError(f"task of {exercise}", task, known, note=str(table.file))
        named.add((exercise, task))
    return frozenset(named)


def _require(file: Path, exercise: str, tasks: Mapping[str, Names[str]]) -> None:
    if exercise not in tasks:
        raise UnknownNameError("exercise of the run", exercise, tasks, note=f"{file} names it")
