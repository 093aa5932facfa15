"""``gradus class runs``, ``results``, ``diff``, ``faults``, ``disagreements``: what is stored."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from autograder.public.reports import counted, for_spreadsheet
from framework.commands.output import say
from plugins.classes.collecting.collection import read_collection
from plugins.classes.commands.options import (
    InOption,
    NamesOption,
    RunArgument,
    StoreOption,
    TableOption,
    open_store,
    opened_run,
    shown_students,
)
from plugins.classes.rosters.dates import shown_moment
from plugins.classes.rosters.privacy import write_private


def runs(inside: InOption = Path(), store: StoreOption = "") -> None:
    """Show all runs: when, with which course, and whether they are finished.

    A course is shown by the hash of its files, its version, and the revision that it is pinned to.
    Times are those of the time zone of the class, or else UTC.
    """
    from plugins.classes.runs.stored_runs import all_runs, course_words

    collection = read_collection(inside)
    with open_store(collection, store) as opened:
        for run in opened.transaction(all_runs, collection.name):
            started = shown_moment(datetime.fromtimestamp(run.started, UTC), collection.zone)
            state = "finished" if run.ended is not None else "not finished"
            words = opened.transaction(course_words, run.revision)
            course = ", ".join(filter(None, (f"course {run.revision[:12]}", words)))
            say(f"{run.id} · {started} · {state} · {course} · {run.environment}")


def results(
    number: RunArgument = 0,
    file: TableOption = None,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Show verdict and points of each student at each exercise of a run.

    What was not graded by a fault of the grader has no points, and is no zero.
    """
    from plugins.classes.runs.stored_runs import points_of

    with opened_run(inside, store, number) as (collection, opened, run):
        points = opened.transaction(points_of, run)
    shown = shown_students(collection, names)
    rows = [
        (shown(student), exercise, graded.verdict, *graded.numbers)
        for (student, exercise), graded in sorted(points.items())
    ]
    if file is None:
        for row in rows:
            say(" · ".join(row).removesuffix(" ·  · "))
        return
    text = io.StringIO()
    columns = ("student", "exercise", "verdict", "earned", "possible")
    csv.writer(text).writerows([columns, *(map(for_spreadsheet, row) for row in rows)])
    write_private(file, text.getvalue().encode())


def diff(
    first: Annotated[int, typer.Argument(metavar="RUN1", help="The earlier run.")],
    second: Annotated[int, typer.Argument(metavar="RUN2", help="The later run.")],
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Show whose points moved between two runs, and why."""
    from plugins.classes.runs.stored_runs import compare, find_run

    collection = read_collection(inside)
    shown = shown_students(collection, names)
    with open_store(collection, store) as opened:
        pair = [opened.transaction(find_run, number) for number in (first, second)]
        moved = opened.transaction(lambda connection: list(compare(connection, *pair)))
    for student, change in moved:
        say(f"{shown(student)} · {change}")
    say(f"moved between run {first} and run {second}: {counted(len(moved), 'result')}")


def faults(number: RunArgument = 0, inside: InOption = Path(), store: StoreOption = "") -> None:
    """Show what was not graded by a fault of the grader, and the fault."""
    from plugins.classes.runs.jobs import fault_of
    from plugins.classes.runs.stored_runs import points_of

    with opened_run(inside, store, number) as (_, opened, run):
        points = opened.transaction(points_of, run)
        missing = {graded.key: graded.entry for graded in points.values() if graded.result is None}
        for key, entry in missing.items():
            fault = opened.transaction(fault_of, key)
            say(f"{entry.exercise} · attempt {entry.attempt}: {fault or 'still to be graded'}")
    say(f"missing in run {run.id}: {counted(len(missing), 'result')}")


def disagreements(
    number: RunArgument = 0, inside: InOption = Path(), store: StoreOption = ""
) -> None:
    """Show work that got two different results: the first one counts.

    The same seed and the same code give the same result, unless a check or a submission depends
    on chance, on time, or on the machine.
    """
    from plugins.classes.runs.stored_runs import disagreements as find
    from plugins.classes.runs.stored_runs import entries_of

    with opened_run(inside, store, number) as (_, opened, run):
        entries = opened.transaction(entries_of, run.id)
        attempts = {run.key(entry): entry.attempt for entry in entries}
        listed = opened.transaction(lambda connection: list(find(connection, attempts)))
    for pair in listed:
        first, second = pair.first, pair.second
        say(
            f"{pair.key.exercise} · attempt {attempts[pair.key]}: first {first.verdict}, "
            f"{first.earned:g} of {first.possible:g}; then {second.verdict}, {second.earned:g}"
        )
    say(f"{counted(len(listed), 'disagreement')} in run {run.id}")
