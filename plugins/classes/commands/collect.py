"""``gradus class collect``, ``forget`` and ``expire``: add and remove data of students."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.public.courses import find_course
from autograder.public.reports import clean, counted
from framework.commands.options import CourseOption
from framework.commands.output import say
from framework.errors import BadInputError, UnknownNameError, UsageError
from plugins.classes.collecting.attempts import Rule
from plugins.classes.collecting.collect_exports import collect as collect_exports
from plugins.classes.collecting.collection import FILE, Collection, in_zone, locked, read_collection
from plugins.classes.collecting.export import Wanted
from plugins.classes.collecting.listing import LISTING, MAX_LINES, lines, write_listing
from plugins.classes.collecting.readers import READERS
from plugins.classes.commands.class_options import (
    STORE,
    InOption,
    StoreOption,
    course_of,
    open_store,
)
from plugins.classes.rosters.dates import (
    MAX_DAYS,
    read_due,
    read_extensions,
    read_times,
    time_zone,
    zone_doubt,
)
from plugins.classes.rosters.roster import Roster, read_roster

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugins.classes.forgetting import Removed
    from plugins.classes.runs.store import Store


def collect(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE", help="Exports, oldest first.")],
    system: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="SYSTEM",
            help="moodle, canvas, gradescope, github, blackboard, nbgrader or folders.",
        ),
    ],
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the collection; need not exist.")
    ],
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV of the class: one of your own, a gradebook, or Moodle's worksheet.",
        ),
    ] = None,
    count: Annotated[
        Rule | None,
        typer.Option(
            metavar="RULE", help="Attempt that counts: latest (default), best, last-on-time."
        ),
    ] = None,
    due: Annotated[
        str | None, typer.Option(metavar="DATE", help="2026-03-02, or 2026-03-02T18:00.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times without one: Europe/Berlin.")
    ] = None,
    extensions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV: a student, and due, days or late_days."),
    ] = None,
    grace: Annotated[
        int | None,
        typer.Option(
            min=0, max=MAX_DAYS, metavar="MINUTES", help="Time after the due date that is in time."
        ),
    ] = None,
    late_days: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_DAYS, help="Late days of each student for all assignments."),
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Collection whose late days are spent; repeatable."),
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV: a student, and submitted, if exports have none."),
    ] = None,
    teams: Annotated[bool, typer.Option("--teams", help="The work is that of groups.")] = False,
    assignment: Annotated[
        str, typer.Option(metavar="NAME", help="Its name in exports with several.")
    ] = "",
    course: CourseOption = None,
) -> None:
    """Collect all attempts of a class at one assignment, and decide which of them count.

    Students are found by the number, name of account or address that an export has beside the
    display name, and by the same column of the roster. Run it again with newer exports: earlier
    attempts stay, equal ones are kept once, and options that are not given stay as they were.

    A terminal shows names; a pipe and a log get numbers. DIR/collected.txt lists everything.
    """
    if system not in READERS:
        raise UnknownNameError("system", system, READERS)
    with locked(into):
        former = Collection(into)
        if (into / FILE).exists():
            former = read_collection(into)
        elif into.exists() and (not into.is_dir() or any(into.iterdir())):
            raise BadInputError(f"{into} is no collection, and not empty: name a new folder")
        students = Roster(former.students.values()) if former.has_roster else None
        students = read_roster(roster) if roster is not None else students
        zone = time_zone(timezone or former.zone) if timezone or former.zone else None
        if doubt := zone_doubt(timezone or ""):
            say(f"warning: {doubt}")
        spent: Counter[str] = Counter()
        for folder in earlier or ():  # late days that other collections have taken
            spent.update(read_collection(folder).spent())
        changes: dict[str, Any] = {
            "rule": count,
            "due": read_due(due, zone) if due is not None else None,
            "grace": grace,
            "late_days": late_days,
            "spent": dict(spent) if earlier else None,
            "extensions": extensions
            and read_extensions(extensions, _known(students, extensions), zone),
        }
        given = {name: value for name, value in changes.items() if value is not None}
        policy = in_zone(replace(former.policy, **given), timezone or former.zone)
        former = replace(former, policy=policy, zone=timezone or former.zone)
        chosen = find_course(course_of(former, course))
        former = replace(former, course=str(chosen.root.resolve()))
        moments = read_times(times, _known(students, times), zone) if times is not None else {}
        wanted = Wanted(assignment, zone, is_team_work=teams)
        collection = collect_exports(
            former, sources, READERS[system], students, wanted, moments, chosen
        )
    write_listing(collection)
    for line in lines(collection, MAX_LINES if sys.stdout.isatty() else 0):
        say(clean(line))
    if not collection.attempts:
        raise BadInputError(
            f"no file belongs to a student: {into / LISTING} says why. Check `--as`, the export "
            "and the roster"
        )


def _known(roster: Roster | None, file: Path) -> Roster:
    if roster is None:
        raise UsageError(f"{file} names students: give the class with `--roster FILE`")
    return roster


def forget(
    student: Annotated[
        str, typer.Argument(metavar="STUDENT", help="Key of the student, as in collected.txt.")
    ],
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Remove a student: name, identifiers, attempts, and results that no other student has.

    Work of a group stays with its other members. Exports, rosters, backups and other collections
    are not touched: remove the student there, too.
    """
    from plugins.classes.forgetting import forget as carry_out

    _remove(inside, store, partial(carry_out, key=student))


def expire(
    older_than: Annotated[
        float, typer.Option("--older-than", metavar="DAYS", min=0, help="Age in days.")
    ],
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Remove attempts and runs that are older than DAYS, and students without an attempt left."""
    from plugins.classes.forgetting import expire as carry_out

    _remove(inside, store, partial(carry_out, days=older_than))


def _remove(
    folder: Path, address: str, carry_out: Callable[[Collection, Store | None], Removed]
) -> None:
    """Remove data of the collection in `folder` and of its store, and print what was removed."""
    read_collection(folder)  # a folder without a collection is not made
    with locked(folder), ExitStack() as stack:
        collection = read_collection(folder)
        is_graded = bool(address) or (folder / STORE).exists()
        opened = stack.enter_context(open_store(collection, address)) if is_graded else None
        removed = carry_out(collection, opened)
        if opened is not None:
            opened.purge()
    say(
        f"removed: {counted(removed.students, 'student')}, "
        f"{counted(removed.attempts, 'attempt')}, {counted(removed.runs, 'run')}, "
        f"{counted(removed.results, 'result')}"
    )
