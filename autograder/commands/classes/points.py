"""``gradus class points`` and ``totals``: points after grading, and what an instructor decides."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.classes.runs import RunArgument, find_run_of
from autograder.commands.classes.stores import (
    InOption,
    NamesOption,
    StoreOption,
    open_store,
    shown_students,
)
from autograder.reports.wording import counted
from framework.commands.options import BlockOption, CourseOption, PluginOption
from framework.commands.output import say

if TYPE_CHECKING:
    from autograder.classes.collecting.collection import Collection
    from autograder.classes.collecting.pseudonyms import Shown
    from autograder.classes.settling.of_run import RunPoints
    from autograder.classes.settling.records import ExercisePoints, StudentPoints
    from autograder.course.reading import Course
    from framework.providers.plugins import Plugins

#: Lines of each part that a terminal shows.
MAX_LINES = 20


def plugins_of(course: Path | None, plugin: list[str] | None, block: list[str] | None) -> Plugins:
    """Return the plugins of a command on a class."""
    return course_and_plugins(course, plugin, block)[1]


def course_and_plugins(
    course: Path | None, plugin: list[str] | None, block: list[str] | None
) -> tuple[Course, Plugins]:
    """Return the course of a command on a class, with its plugins.

    Raises:
        UsageError: the working directory of a CI server decides which course it is.
    """
    from autograder.grading.course_choice import chosen_course
    from autograder.grading.options import GradeOptions
    from framework.providers.plugins import Plugins

    options = GradeOptions(course=course, plugins=tuple(plugin or ()), blocked=tuple(block or ()))
    chosen = chosen_course(options)
    return chosen, Plugins(options.plugins, chosen, options.blocked)


def points_to_show(found: Collection, store: str, number: int, plugins: Plugins) -> RunPoints:
    """Return the final points of a run, by its number; 0 for the newest."""
    from autograder.classes.settling.of_run import points_of_run

    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        return points_of_run(opened, found, run, plugins)


def show_doubts(settled: RunPoints, shown: Shown, folder: Path) -> None:
    """Print what points do not say, and an instructor may have to decide."""
    listed("rows of points.csv without an effect", settled.unused_rows)
    unknown = [*map(shown, settled.late_unknown)]
    listed(
        "late, by a number of days that is not known: no penalty (`--times` adds times)", unknown
    )
    waiting = sum(one.waiting > 0 for one in settled.points.values())
    if waiting:
        say(
            f"students whose points wait for another part: {waiting}. `gradus class points "
            f"{settled.results.run.id} --in {folder}` lists them, and you decide"
        )


def listed(title: str, lines: list[str]) -> None:
    """Print the first of `lines` under a title with their number; nothing without any."""
    from autograder.reports.plain import clean

    if not lines:
        return
    say(f"{title}: {len(lines)}")
    for line in lines[:MAX_LINES]:
        say(f"  {clean(line)}")
    if len(lines) > MAX_LINES:
        say(f"  ... and {len(lines) - MAX_LINES} more")


def points(
    number: RunArgument = 0,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
    course: CourseOption = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Write DIR/points.csv: a row for each decision that is yours, with room for points.

    These are answers in prose, and points that wait for another part of the same student: "blocked
    by rnn". Add rows for anything else. `points` replaces what a part got, or a whole exercise
    where `part` is empty; `final` is the last word about an exercise; `comment` is for the student.

    Run it again after a regrade: what you wrote stays with the work that it is about. Points of
    work that has changed since are kept as "earlier work", and do not count.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.settling import manual
    from autograder.classes.settling.settle import asked

    found = read_collection(inside)
    settled = points_to_show(found, store, number, plugins_of(course, plugin, block))
    file = found.folder / manual.FILE
    rows, outdated = manual.merged(manual.read_entries(file), asked(settled.results))
    manual.write_entries(file, rows)
    open_rows = [row for row in rows if row.about in ("prose", "blocked") and row.points is None]
    prose = sum(row.about == "prose" for row in open_rows)
    say(f"{file}: {counted(len(rows), 'row')}")
    say(f"answers in prose that wait for points: {prose}")
    blocked = [row for row in open_rows if row.about == "blocked"]
    say(f"parts whose points wait for another part: {len(blocked)}")
    if outdated:
        say(f"rows about earlier work, which do not count: {outdated}")
    shown: Shown = shown_students(found, names)
    listed(
        "to decide",
        [f"{shown(r.student)} · {r.exercise} · {r.part}: {_question(r.about, r.waits_for)}"
         for r in open_rows],
    )  # fmt: skip


def _question(about: str, waits_for: str) -> str:
    return "an answer in prose" if about == "prose" else f"blocked by {waits_for}"


def totals(
    number: RunArgument = 0,
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write a table instead.")
    ] = None,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
    course: CourseOption = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Show the final points of each student, and every change after grading with its reason.

    The table has a column for each exercise; points that are not known are blank.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.collecting.private_files import write_private

    found = read_collection(inside)
    shown = shown_students(found, names)
    result = points_to_show(found, store, number, plugins_of(course, plugin, block))
    if file is None:
        for key in result.points:
            _show_total(result, shown, key)
    else:
        write_private(file, _table(result, shown).encode("utf-8", "replace"))
    show_doubts(result, shown, inside)


def _show_total(result: RunPoints, shown: Shown, key: str) -> None:
    from autograder.classes.gradebooks.request import comment_of
    from autograder.reports.plain import clean
    from autograder.reports.wording import ratio

    one = result.points[key]
    known = one.state.value if one.state.value != "graded" else ratio(one.earned, one.possible)
    comment = comment_of(one)
    say(clean(f"{shown(key)} · {known}" + (f" · {comment}" if comment else "")))


def _table(result: RunPoints, shown: Shown) -> str:
    """Return the totals as CSV that no spreadsheet runs."""
    from autograder.classes.gradebooks.request import comment_of, number
    from autograder.classes.outcomes.records import State
    from autograder.reports.plain import for_spreadsheet

    def known(points: StudentPoints | ExercisePoints) -> str:
        return number(points.earned) if points.state is State.GRADED else ""

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    exercises = result.results.exercises
    writer.writerow(["student", *exercises, "total", "possible", "state", "comment"])
    for key, one in result.points.items():
        cells = [shown(key), *map(known, one.exercises), known(one), number(one.possible)]
        writer.writerow(map(for_spreadsheet, [*cells, one.state.value, comment_of(one)]))
    return out.getvalue()
