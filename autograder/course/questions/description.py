"""The questions of an exercise: the ``[[questions]]`` tables of its ``exercise.toml``.

    [[questions]]
    id = "halving"                              # the heading in questions.md: ## halving: ...
    kind = "formula"                            # or "number", "choice", "prose"
    points = 2
    hint = "Write the chain rule first."
    variables = { x = [-2.0, 2.0], n = [1, 9] } # of a formula: ranges; whole numbers stay whole

A number may have a `tolerance` and `units`, a choice has `options`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.course.questions.expressions import is_reserved
from framework.toml_formats import Format, Key
from framework.toml_tables import Table

_ID = re.compile(r"[a-z][a-z0-9_]*")
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
    """Return the questions in `table`, which is an ``exercise.toml``.

    Raises:
        BadInputError: two share an id, one is malformed, or their points are not the exercise's.
    """
    questions = tuple(map(_read_question, table.tables("questions")))
    for name, count in Counter(question.id for question in questions).items():
        if count > 1:
            table.fail("questions", f"id '{name}' {count} times")
    total = sum(question.points for question in questions)
    if questions and total != table.get("points", int):
        table.fail("points", f"= {table.get('points', int)}, but its questions have {total} points")
    return questions


def _read_question(table: Table) -> Question:
    table.require(id=str, kind=str, points=int, hint=str)
    kind = table.get("kind", str)
    if kind not in _READERS:
        table.fail("kind", f"'{kind}' is none of {', '.join(_READERS)}")
    QUESTION_FORMATS[kind].check(table)
    return _READERS[kind](table)


def _shared(table: Table) -> tuple[str, int, str]:
    name, points, hint = table.get("id", str), table.get("points", int), table.get("hint", str)
    if not _ID.fullmatch(name):
        table.fail("id", f"must be small letters, digits and _, not {name!r}")
    if points <= 0:
        table.fail("points", f"must be positive, not {points}")
    return name, points, hint


def _read_number(table: Table) -> Number:
    shared = _shared(table)
    tolerance = table.get("tolerance", float) if "tolerance" in table.values else None
    if tolerance is not None and not 0 <= tolerance < math.inf:
        table.fail("tolerance", f"must be a number from 0 on, not {tolerance}")
    units = table.table("units")
    return Number(*shared, tolerance, {name: units.get(name, float) for name in units.values})


def _read_formula(table: Table) -> Formula:
    shared = _shared(table)
    variables = table.table("variables")
    if not variables.values:
        table.fail("variables", "is missing: a table of ranges, as in { x = [-2.0, 2.0] }")
    return Formula(*shared, {name: _read_range(variables, name) for name in variables.values})


def _read_range(table: Table, name: str) -> Range:
    if not name.isidentifier() or is_reserved(name):
        table.fail(name, "cannot be the name of a variable")
    ends = table.get(name, list)
    if len(ends) != 2 or any(type(end) not in (int, float) for end in ends) or ends[0] >= ends[1]:
        table.fail(name, f"must be the ends of a range, as in [-2.0, 2.0], not {ends!r}")
    return Range(ends[0], ends[1], all(type(end) is int for end in ends))


def _read_choice(table: Table) -> Choice:
    shared = _shared(table)
    options = table.texts("options")
    if len(set(options)) < 2 or any(not re.fullmatch("[a-z]", option) for option in options):
        table.fail("options", 'must be at least two different letters, as in ["a", "b", "c"]')
    return Choice(*shared, options)


def _read_prose(table: Table) -> Prose:
    return Prose(*_shared(table))


_READERS = {
    "number": _read_number,
    "formula": _read_formula,
    "choice": _read_choice,
    "prose": _read_prose,
}
