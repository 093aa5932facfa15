"""``gradus class runs``, ``results``, ``diff``, ``faults``, ``disagreements``: what is stored."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.classes.commands.options import (
    InOption,
    NamesOption,
    StoreOption,
    open_store,
    shown_students,
)
from autograder.commands.options import say
from autograder.reports.wording import counted

if TYPE_CHECKING:
    from autograder.classes.runs.store import Store
    from autograder.classes.runs.stored_runs import Run

RunArgument = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run; 0: the newest.")]


def runs(inside: InOption = Path(), store: StoreOption = "") -> None:
    """Show all runs: when, with which course, and whether they are finished.

    A course is shown by the hash of its files, its version, and the revision that it is pinned to.
    Times are those of the time zone of the class, or else UTC.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.rosters.dates import shown_moment
    from autograder.classes.runs.stored_runs import all_runs, course_words

    found = read_collection(inside)
    with open_store(found, store) as opened:
        for run in opened.transaction(partial(all_runs, assignment=found.name)):
            started = shown_moment(datetime.fromtimestamp(run.started, UTC), found.zone)
            state = "finished" if run.ended is not None else "not finished"
            words = opened.transaction(partial(course_words, revision=run.revision))
            course = ", ".join(filter(None, (f"course {run.revision[:12]}", words)))
            say(f"{run.id} · {started} · {state} · {course} · {run.environment}")


def results(
    number: RunArgument = 0,
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write a table instead.")
    ] = None,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Show verdict and points of each student at each exercise of a run.

    What was not graded by a fault of the grader has no points, and is no zero.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.rosters.privacy import write_private
    from autograder.classes.runs.points import points_of
    from autograder.reports.plain import for_spreadsheet

    found = read_collection(inside)
    shown = shown_students(found, names)
    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        points = opened.transaction(partial(points_of, run=run))
    rows = [
        (shown(student), exercise, one.verdict, *_numbers(one.result))
        for (student, exercise), one in sorted(points.items())
    ]
    if file is None:
        for row in rows:
            say(" · ".join(row).removesuffix(" ·  · "))
        return
    text = io.StringIO()
    columns = ("student", "exercise", "verdict", "earned", "possible")
    csv.writer(text).writerows([columns, *(tuple(map(for_spreadsheet, row)) for row in rows)])
    write_private(file, text.getvalue().encode())


def _numbers(result: object) -> tuple[str, str]:
    from autograder.classes.runs.stored_runs import Result

    if not isinstance(result, Result):
        return "", ""
    return f"{result.earned:g}", f"{result.possible:g}"


def diff(
    first: Annotated[int, typer.Argument(metavar="RUN1", help="The earlier run.")],
    second: Annotated[int, typer.Argument(metavar="RUN2", help="The later run.")],
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Show whose points moved between two runs, and why."""
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.runs.points import compare
    from autograder.classes.runs.stored_runs import find_run

    found = read_collection(inside)
    shown = shown_students(found, names)
    with open_store(found, store) as opened:
        pair = [opened.transaction(partial(find_run, id=id)) for id in (first, second)]
        moved = opened.transaction(lambda connection: list(compare(connection, *pair)))
    for one in moved:
        change = f"{one.before or 'nothing'} -> {one.after or 'nothing'}"
        say(f"{shown(one.student)} · {one.exercise} · {change}: {'; '.join(one.reasons)}")
    say(f"moved between run {first} and run {second}: {counted(len(moved), 'result')}")


def faults(number: RunArgument = 0, inside: InOption = Path(), store: StoreOption = "") -> None:
    """Show what was not graded by a fault of the grader, and the fault."""
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.runs.job_queue import fault_of
    from autograder.classes.runs.points import points_of

    found = read_collection(inside)
    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        points = opened.transaction(partial(points_of, run=run))
        keys = {one.key: one.entry for one in points.values() if one.result is None}
        for key, entry in keys.items():
            fault = opened.transaction(partial(fault_of, key=key))
            say(f"{entry.exercise} · attempt {entry.attempt}: {fault or 'still to be graded'}")
    say(f"missing in run {run.id}: {counted(len(keys), 'result')}")


def disagreements(
    number: RunArgument = 0, inside: InOption = Path(), store: StoreOption = ""
) -> None:
    """Show work that got two different results: the first one counts.

    The same seed and the same code give the same result, unless a check or a submission depends
    on chance, on time, or on the machine.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.runs.stored_runs import disagreements as find
    from autograder.classes.runs.stored_runs import entries_of

    found = read_collection(inside)
    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        entries = opened.transaction(partial(entries_of, id=run.id))
        attempts = {run.key(one): one.attempt for one in entries}
        listed = opened.transaction(lambda connection: list(find(connection, attempts)))
    for one in listed:
        first, second = one.first, one.second
        say(
            f"{one.key.exercise} · attempt {attempts[one.key]}: first {first.verdict}, "
            f"{first.earned:g} of {first.possible:g}; then {second.verdict}, {second.earned:g}"
        )
    say(f"{counted(len(listed), 'disagreement')} in run {run.id}")


def find_run_of(store: Store, assignment: str, number: int) -> Run:
    """Return the run of that number; for 0, the newest.

    Raises:
        BadInputError: there is none.
    """
    from autograder.classes.runs.stored_runs import all_runs, find_run
    from framework.errors import BadInputError

    if number:
        return store.transaction(partial(find_run, id=number))
    listed = store.transaction(partial(all_runs, assignment=assignment))
    if not listed:
        raise BadInputError(f"{assignment} has no run: `gradus class grade DIR` makes one")
    return listed[-1]
