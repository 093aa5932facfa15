"""``gradus class points``, ``gradebook``, ``feedback``: points after grading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.public.reports import counted
from framework.commands.options import with_options
from framework.commands.output import say
from framework.errors import PluginError, UnknownNameError, UsageError
from plugins.classes.collecting.listing import named
from plugins.classes.commands.class_options import (
    RunArgument,
    SettledRuns,
    ShownRuns,
    say_listed,
)
from plugins.classes.rosters.privacy import pseudonyms, write_private
from plugins.classes.rosters.roster import Roster

if TYPE_CHECKING:
    from plugins.classes.gradebooks.fill_request import Filled
    from plugins.classes.marks.final_points import RunPoints
    from plugins.classes.rosters.privacy import Shown


@with_options
def points(
    chosen: ShownRuns,
    number: RunArgument = 0,
    requests: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="CSV of regrade requests: a student, exercise, part, request."
        ),
    ] = None,
) -> None:
    """Write DIR/points.csv: one row per answer or part that you must grade by hand.

    These are answers in prose, points that wait for another part of the same student ("blocked by
    rnn"), points that such a part costs (after `gradus class grade --lend`), and regrade requests.
    Add rows for anything else. `points` replaces what a part got, or a whole exercise where `part`
    is empty; `final` is the last word about an exercise; `comment` is for the student, and answers
    a request.

    Run it again after a regrade: what you wrote stays with the work that it is about. Points of
    work that has changed since are kept as "earlier work", and do not count.
    """
    from plugins.classes.marks import manual_points
    from plugins.classes.marks.class_results import read_results
    from plugins.classes.marks.final_points import asked
    from plugins.classes.marks.regrade_requests import add_requests
    from plugins.classes.runs.course_parts import results_with_parts

    collection = chosen.collection
    with chosen.opened(number) as (opened, run):
        results = opened.transaction(read_results, collection, run)
        with_parts = opened.transaction(results_with_parts, collection)
    file = collection.folder / manual_points.FILE
    entries, unused = manual_points.read_entries(file), list[str]()
    if requests is not None:
        entries, unused = add_requests(requests, results, entries)
    rows, outdated = manual_points.merged(entries, asked(results, entries, with_parts))
    manual_points.write_entries(file, rows)
    open_rows, shown = [row for row in rows if row.why_open], chosen.shown
    say(f"{file}: {counted(len(rows), 'row')}")
    why = [row.why_open for row in open_rows]
    prose, asked_again = why.count("an answer in prose"), why.count("a regrade request")
    costly = sum(row.about == "part" for row in open_rows)
    blocked = len(why) - prose - asked_again - costly
    say(f"answers in prose that wait for points: {prose}")
    say(f"parts whose points wait for another part: {blocked}")
    if costly:
        say(f"parts that get more with the course's form of another part: {costly}")
    if requests is not None or asked_again:
        say(f"regrade requests that wait for a comment: {asked_again}")
    if outdated:
        say(f"rows about earlier work, which do not count: {outdated}")
    if requests is not None:
        say_listed(f"rows of {requests} without an effect", unused)
    questions = (f"{shown(row.student)} · {row.exercise} · {row.part}" for row in open_rows)
    say_listed("to decide", [": ".join(pair) for pair in zip(questions, why, strict=True)])


@with_options
def gradebook(
    chosen: SettledRuns,
    number: RunArgument,
    export: Annotated[
        Path, typer.Argument(metavar="EXPORT", help="The file that your learning system exported.")
    ],
    system: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="SYSTEM",
            help="canvas, moodle-worksheet, moodle-gradebook, blackboard, d2l, csv, or a plugin's.",
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The filled file.")],
    column: Annotated[
        str, typer.Option(metavar="NAME", help="Column to fill: its title, or its number.")
    ] = "",
    scale: Annotated[
        bool, typer.Option("--scale", help="Scale points to the maximum of the column.")
    ] = False,
    comments: Annotated[
        str, typer.Option(metavar="NAME", help="Column for comments and reasons of changes.")
    ] = "",
    new: Annotated[
        bool, typer.Option("--new", help="Add the column if it is missing: csv and Moodle's.")
    ] = False,
    zero_missing: Annotated[
        bool,
        typer.Option("--zero-missing", help="0, not blank, where no attempt counts."),
    ] = False,
) -> None:
    """Fill the points of a run into the gradebook that your learning system exported.

    Only the cells of the chosen column change, for students who are found by an identifier. A
    student whose points are not known gets a blank, and no zero: not graded by a fault of the
    grader, an answer that waits for a person, nothing handed in. What was left blank is listed.

      gradus class gradebook 0 grades.csv --as canvas --column "Lab 1" -o filled.csv

    Points are those of the checks with manual points, rules and plugins. Without a learning system,
    fill the roster:

      gradus class gradebook 0 names.csv --as csv --new --column Points --comments Why -o points.csv
    """
    from framework.importing import load_target
    from plugins.classes.gradebooks.fill_request import Filled, FillRequest

    _, plugins = chosen.course_and_plugins
    if system not in (gradebooks := plugins.named("register_gradebooks")):
        raise UnknownNameError("gradebook", system, gradebooks)
    fill = load_target(gradebooks[system])
    if out.exists() and export.exists() and out.samefile(export):
        raise UsageError(f"{out} is the export itself: name another file, so that it is kept")
    collection = chosen.collection
    with chosen.settled(number) as (_, settled):
        request = FillRequest(
            export, settled.points, Roster(collection.students.values()), collection.name,
            column, comments, scale, new, zero_missing,
        )  # fmt: skip
    shown = chosen.shown
    filled = fill(request)
    if not isinstance(filled, Filled):
        raise PluginError(f"gradebook '{system}' must return a Filled, not {type(filled).__name__}")
    write_private(out, filled.data)
    _show_filled(filled, settled, out, shown, chosen.inside)


def _show_filled(filled: Filled, settled: RunPoints, out: Path, shown: Shown, folder: Path) -> None:
    """Print what was filled, and the cases that an instructor must check."""
    count, run = counted(len(filled.written), "student"), settled.results.run
    say(f"{out}: run {run.id}, column '{filled.column}', points of {count}")
    own = [*settled.points.values()][:1]  # a run may have graded some exercises alone
    say(f"exercises: {', '.join(part.name for points in own for part in points.exercises)}")
    parts: list[tuple[str, Iterable[str]]] = [
        ("had other points before", map(shown, filled.replaced)),
        ("blank", (f"{shown(key)}: {why}" for key, why in filled.blank.items())),
        ("left as it was", (f"{shown(key)}: {why}" for key, why in filled.kept.items())),
        ("have points, but no row in the file", map(shown, filled.absent)),
        ("rows of people who are not in the class", (f"line {n}" for n in filled.unknown)),
        ("rows of points.csv without an effect", settled.unused_rows),
        (
            "late, by a number of days that is not known: no penalty (`--times` adds times)",
            map(shown, settled.late_unknown),
        ),
    ]
    for title, lines in parts:
        say_listed(title, [*lines])
    waiting = sum(points.waiting > 0 for points in settled.points.values())
    if waiting:
        say(
            f"students whose points wait for another part: {waiting}. `gradus class points "
            f"{run.id} --in {folder}` lists them, and you decide"
        )


@with_options
def feedback(
    chosen: SettledRuns,
    number: RunArgument,
    out: Annotated[
        Path, typer.Argument(metavar="DIR|ZIP", help="New folder; with --as moodle, a zip.")
    ],
    form: Annotated[
        str,
        typer.Option("--as", metavar="FORM", help="folder, or moodle: its zip of feedback files."),
    ] = "folder",
    release: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHO",
            help="Who sees what hidden checks found: all, due or student=KEY; repeatable.",
        ),
    ] = None,
    hidden_attempts: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Attempts up to which hidden verdicts are shown."),
    ] = None,
) -> None:
    """Write one HTML page for each student: points, reasons of changes, comments, the report.

    Students see of hidden checks what `grade` shows them: titles, verdicts and hints. A page needs
    no other file, no script and no network. Files have the keys of students as names. With
    --pseudonyms, neither pages nor files have keys and names.

      gradus class feedback 0 feedback.zip --as moodle --in lab1

    Moodle reads the zip under "Upload multiple feedback files in a zip".

    --release due shows everything to students whose due date is over, with their extension, grace
    and late days. With --hidden-attempts, the page of a student with more attempts has the points
    of public checks alone, until the release.
    """
    from plugins.classes.feedback import (
        hidden_results,
        student_pages,
        write_folder,
        write_moodle_zip,
    )

    if form not in ("folder", "moodle"):
        raise UnknownNameError("form of feedback", form, ("folder", "moodle"))
    collection = chosen.collection
    with chosen.settled(number) as (opened, settled):
        called = pseudonyms(collection.folder) if chosen.names is False else named(collection)
        hidden = hidden_results(collection, release or (), hidden_attempts, datetime.now(UTC))
        pages = student_pages(opened, settled, collection.name, called, hidden)
        if form == "moodle":
            reasons = write_moodle_zip(pages, collection, out)
        else:
            reasons = write_folder(pages, out, called if chosen.names is False else str)
    shown = chosen.shown
    without = [f"{shown(key)}: {why}" for key, why in reasons.items() if why]
    count = counted(len(reasons) - len(without), "student")
    say(f"{out}: run {settled.results.run.id}, pages of {count}")
    if release or hidden_attempts is not None:
        levels = Counter(hidden[key] for key, why in reasons.items() if not why)
        for level, pages_with in levels.items():
            say(f"hidden checks: {counted(pages_with, 'page')} with {level}")
    say_listed("without a page", without)
