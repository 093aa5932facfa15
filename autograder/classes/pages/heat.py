"""The heat map: a row for each student, a column for each task, a cell with points and a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.classes.outcomes.records import Outcome, State
from autograder.classes.pages.statistics import shares
from autograder.classes.pages.view import RunView
from autograder.reports.wording import number

#: Columns of one page. With more tasks, the page of all students has a column for each exercise.
MAX_COLUMNS = 40

#: Levels of a cell: none of the points, three parts, nearly all, all.
LEVELS = 5


@dataclass(frozen=True)
class Column:
    """A task of an exercise; the whole exercise if `task` is empty."""

    exercise: str
    task: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        level: its class: ``c0`` to ``c5``, or what is known in place of points.
        text: the points, or a symbol that the legend explains.
        page: what it links to; empty without work.
    """

    level: str
    text: str
    page: str = ""


@dataclass(frozen=True)
class Row:
    """A student; `share` is from 0 to 1, None without points."""

    student: str
    share: float | None
    cells: tuple[Cell, ...]


def is_by_task(view: RunView) -> bool:
    """Return whether the tasks of all exercises fit on one page."""
    return sum(map(len, view.tasks.values())) <= MAX_COLUMNS


def columns(view: RunView, exercise: str = "") -> list[Column]:
    """Return the columns of the page of all exercises, or of one."""
    names = [exercise] if exercise else view.results.exercises
    if not exercise and not is_by_task(view):
        return [Column(name) for name in names]
    return [Column(name, task) for name in names for task in view.tasks[name] or ("",)]


def rows(view: RunView, chosen: list[Column]) -> list[Row]:
    """Return the rows of all students, in the order of the roster."""
    found = shares(view)
    return [
        Row(student, found.get(student), _cells(view, view.results.of(student), chosen))
        for student in view.results.students
    ]


def _cells(
    view: RunView, outcomes: Mapping[str, Outcome], chosen: list[Column]
) -> tuple[Cell, ...]:
    return tuple(_cell(view, outcomes.get(one.exercise), one.task) for one in chosen)


_NO_WORK, _NOT_GRADED = Cell("none", "–"), Cell("open", "?")


def _cell(view: RunView, outcome: Outcome | None, task: str) -> Cell:
    if outcome is None:
        return _NO_WORK
    page = view.work_page(outcome.key)
    if outcome.work is None:
        return Cell(_NOT_GRADED.level, _NOT_GRADED.text, page)
    part = next((one for one in outcome.work.tasks if one.name == task), outcome.work)
    if part is outcome.work and outcome.state is State.WAITS_FOR_PERSON:
        return Cell("open", f"{number(part.earned)}…", page)
    return Cell(f"c{level(part.earned, part.possible)}", number(part.earned), page)


def level(earned: float, possible: float) -> int:
    """Return the level of points, from 0 for none to 5 for all."""
    if possible <= 0 or earned >= possible:
        return LEVELS
    return 0 if earned <= 0 else min(1 + int(earned / possible * (LEVELS - 1)), LEVELS - 1)
