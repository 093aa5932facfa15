"""The questions of an exercise: the ``[[questions]]`` tables of its ``exercise.toml``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase

from autograder.course.questions.expressions import is_reserved
from framework.toml_tables import Format, Key, Table

_SHARED = (
    Key("id", str, "Heading in `questions.md`: small letters, digits and _.", required=True),
    Key("kind", str, "`number`, `formula`, `choice` or `prose`.", required=True),
    Key("points", int, "Points of the answer.", required=True),
    Key("hint", str, "What `gradus hint` shows.", required=True),
)
_OWN = {
    "number": (
        Key("tolerance", float, "Largest allowed difference."),
        Key("units", dict, "Unit -> its value in the unit of the key."),
    ),
    "formula": (Key("variables", dict, "Variable -> its range, as in `[-2.0, 2.0]`."),),
    "choice": (Key("options", list, "Small letters to choose from."),),
    "prose": (),
}

#: Kind of question -> its table.
QUESTION_FORMATS = {
    kind: Format(f'[[questions]], kind = "{kind}"', (*_SHARED, *own)) for kind, own in _OWN.items()
}


@dataclass(frozen=True)
class Question:
    """One question; `id` is its heading in ``questions.md``."""

    id: str
    points: int
    hint: str


@dataclass(frozen=True)
class Number(Question):
    """A question whose answer is a number.

    Args:
        tolerance: the largest allowed difference; None for rounding errors alone.
        units: unit -> its value in the unit of the key; without units the answer has none.
    """

    tolerance: float | None = None
    units: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Range:
    """The values of one variable: from `low` to `high`, whole numbers if `is_whole`."""

    low: float
    high: float
    is_whole: bool


@dataclass(frozen=True)
class Formula(Question):
    """A question whose answer is a formula in `variables`."""

    variables: Mapping[str, Range] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Choice(Question):
    """A question whose answer is one of `options`, each a small letter."""

    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prose(Question):
    """A question whose answer is a text, which a person reads and gives points for."""


def read_questions(table: Table) -> tuple[Question, ...]:
    """Return the questions in `table`, which is an ``exercise.toml``."""
    questions = tuple(map(_read_question, table.tables("questions")))
    table.reject_repeated("questions", "id", (question.id for question in questions))
    total = sum(question.points for question in questions)
    if questions and total != table.get("points", int):
        table.fail("points", f"= {table.get('points', int)}, but its questions have {total} points")
    return questions


def _read_question(table: Table) -> Question:
    table.require(id=str, kind=str, points=int, hint=str)
    kind = table.get("kind", str)
    if kind not in QUESTION_FORMATS:
        table.fail("kind", f"'{kind}' is none of {', '.join(QUESTION_FORMATS)}")
    values = QUESTION_FORMATS[kind].check(table)
    name, points, hint = values["id"], values["points"], values["hint"]
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        table.fail("id", f"must be small letters, digits and _, not {name!r}")
    if points <= 0:
        table.fail("points", f"must be positive, not {points}")
    match kind:
        case "number":
            tolerance, units = values.get("tolerance"), table.table("units")
            if tolerance is not None and not 0 <= tolerance < math.inf:
                table.fail("tolerance", f"must be a number from 0 on, not {tolerance}")
            sizes = {unit: units.get(unit, float) for unit in units.values}
            return Number(name, points, hint, tolerance, sizes)
        case "formula":
            return Formula(name, points, hint, _ranges(table))
        case "choice":
            options = table.texts("options")
            if len(set(options)) < 2 or not {*options} <= {*ascii_lowercase}:
                wanted = 'must be at least two different letters, as in ["a", "b", "c"]'
                table.fail("options", wanted)
            return Choice(name, points, hint, options)
    return Prose(name, points, hint)


def _ranges(table: Table) -> dict[str, Range]:
    variables = table.table("variables")
    if not variables.values:
        table.fail("variables", "is missing: a table of ranges, as in { x = [-2.0, 2.0] }")
    ranges = {}
    for name in variables.values:
        if not name.isidentifier() or is_reserved(name):
            variables.fail(name, "cannot be the name of a variable")
        ends = variables.get(name, list)
        numbers = len(ends) == 2 and all(type(end) in (int, float) for end in ends)
        if not numbers or ends[0] >= ends[1]:
            wanted = f"must be the ends of a range, as in [-2.0, 2.0], not {ends!r}"
            variables.fail(name, wanted)
        ranges[name] = Range(ends[0], ends[1], all(type(end) is int for end in ends))
    return ranges
