"""``gradus class collect``, ``forget`` and ``expire``: data of students comes and goes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.public.courses import QUESTIONS, find_course
from autograder.public.reports import clean, counted
from framework.commands.options import CourseOption
from framework.commands.output import say
from framework.errors import BadInputError, UnknownNameError, UsageError
from plugins.classes.collecting.attempts import Policy, Rule
from plugins.classes.collecting.collect import collect as collect_exports
from plugins.classes.collecting.collection import FILE, Collection, locked, read_collection
from plugins.classes.collecting.export import Wanted
from plugins.classes.collecting.listing import MAX_LINES, lines, write_listing
from plugins.classes.collecting.readers import READERS
from plugins.classes.commands.options import InOption, StoreOption, open_store
from plugins.classes.rosters.dates import read_due, read_extensions, read_times, time_zone
from plugins.classes.rosters.roster import Roster, read_roster

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugins.classes.forgetting import Removed
    from plugins.classes.runs.store import Store


@dataclass(frozen=True)
class _Given:
    """The options that decide which attempt counts; None for those that were not given."""

    count: str | None
    due: str | None
    zone: str | None
    extensions: Path | None
    late_days: int | None
    earlier: Sequence[Path]


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
        str | None,
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
    late_days: Annotated[
        int | None, typer.Option(min=0, help="Late days of each student for all assignments.")
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
        students = _roster(into, roster)
        given = _Given(count, due, timezone, extensions, late_days, earlier or ())
        former = _with_policy(_former(into), given, students)
        zone = time_zone(former.zone) if former.zone else None
        names = (*find_course(course).exercise_names, QUESTIONS.partition(".")[0])
        moments = read_times(times, _known(students, times), zone) if times is not None else {}
        wanted = Wanted(assignment, zone, is_team_work=teams)
        collection = collect_exports(
            former, sources, READERS[system], students, wanted, moments, names
        )
    _show_listing(collection)


def _former(folder: Path) -> Collection:
    """Return the collection in `folder`; an empty one if there is none."""

    if (folder / FILE).exists():
        return read_collection(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInputError(f"{folder} is no collection, and not empty: name a new folder")
    return Collection(folder)


def _roster(folder: Path, file: Path | None) -> Roster | None:
    """Return the roster in `file`, or else the one that the collection had."""

    if file is not None:
        return read_roster(file)
    former = _former(folder)
    return Roster(former.students.values()) if former.has_roster else None


def _known(roster: Roster | None, file: Path | None) -> Roster:

    if roster is None:
        raise UsageError(f"{file} names students: give the class with `--roster FILE`")
    return roster


def _with_policy(former: Collection, given: _Given, roster: Roster | None) -> Collection:
    """Return `former` with the options that were given in place of its own."""

    name = given.zone or former.zone
    zone = time_zone(name) if name else None
    policy = former.policy
    if policy.due is not None and zone is not None:
        policy = replace(policy, due=policy.due.astimezone(zone))
    if given.due is not None:
        policy = replace(policy, due=read_due(given.due, zone))
    if given.extensions is not None:
        students = _known(roster, given.extensions)
        policy = replace(policy, extensions=read_extensions(given.extensions, students, zone))
    if given.late_days is not None:
        policy = replace(policy, late_days=given.late_days)
    policy = _with_rule(policy, given.count)
    return replace(former, policy=_with_spent(policy, given.earlier), zone=name)


def _with_rule(policy: Policy, name: str | None) -> Policy:

    if name is None:
        return policy
    if name not in list(Rule):
        raise UnknownNameError("rule", name, list(Rule))
    return replace(policy, rule=Rule(name))


def _with_spent(policy: Policy, earlier: Sequence[Path]) -> Policy:
    """Return `policy` with the late days that other collections have taken."""

    if not earlier:
        return policy
    total: dict[str, int] = {}
    for folder in earlier:
        for key, days in read_collection(folder).spent().items():
            total[key] = total.get(key, 0) + days
    return replace(policy, spent=total)


def _show_listing(collection: Collection) -> None:
    """Print the listing, and write all of it to a file of the collection."""

    write_listing(collection)
    for line in lines(collection, MAX_LINES if sys.stdout.isatty() else 0):
        say(clean(line))


def forget(
    student: Annotated[
        str, typer.Argument(metavar="STUDENT", help="Key of the student, as in collected.txt.")
    ],
    inside: Annotated[
        list[Path] | None,
        typer.Option("--in", metavar="DIR", help="A collection; repeatable. Default: this folder."),
    ] = None,
    store: StoreOption = "",
    whole_store: Annotated[
        bool,
        typer.Option("--whole-store", help="Remove what the store has of other assignments, too."),
    ] = False,
) -> None:
    """Remove a student: name, identifiers, attempts, and results that no other student has.

    Of several collections, those that do not know the student stay as they are. Work of a group
    stays with its other members. Exports, rosters and backups are not touched: remove the student
    there, too.

      gradus class forget s004 --in lab1 --in lab2
      gradus class forget s004 --in lab1 --store postgresql://host/grades --whole-store
    """
    from plugins.classes.forgetting import forget as carry_out

    folders = list(dict.fromkeys(inside or [Path()]))
    knowing = _knowing(folders, student)
    if not knowing and not whole_store:
        raise UnknownNameError("student", student, ())
    for folder in folders:
        before = f"{folder}: " if len(folders) > 1 else ""
        if folder in knowing:
            _remove(
                folder,
                store,
                lambda collection, opened: carry_out(collection, opened, student),
                before,
            )
        else:
            say(f"{before}no student {student}")
    if whole_store:
        _remove_from_stores(folders, store, student)


def _knowing(folders: Sequence[Path], student: str) -> list[Path]:
    """Return the collections that know the student.

    Raises:
        BadInputError: a folder holds no collection.
    """

    return [folder for folder in folders if student in read_collection(folder).students]


def _remove_from_stores(folders: Sequence[Path], address: str, student: str) -> None:
    """Remove what the stores of collections have of a student in any assignment."""
    from plugins.classes.forgetting import forget_in_store

    for folder in folders[:1] if address else folders:
        opened = _open_store(read_collection(folder), address)
        if opened is None:
            continue
        with opened:
            removed = forget_in_store(opened, student)
            opened.purge()
            say(
                f"{opened.place}: removed of other assignments: "
                f"{counted(removed.attempts, 'attempt')}, {counted(removed.results, 'result')}"
            )


def _open_store(collection: Collection, address: str) -> Store | None:
    """Return the store of a collection; None if nothing was graded yet."""
    try:
        return open_store(collection, address)
    except BadInputError:
        if address:
            raise
        return None


def expire(
    older_than: Annotated[
        float, typer.Option("--older-than", metavar="DAYS", min=0, help="Age in days.")
    ],
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Remove attempts and runs that are older than DAYS, and students without an attempt left."""
    from plugins.classes.forgetting import expire as carry_out

    _remove(inside, store, lambda collection, opened: carry_out(collection, opened, older_than))


def _remove(
    folder: Path,
    address: str,
    carry_out: Callable[[Collection, Store | None], Removed],
    before: str = "",
) -> None:
    """Remove something of the collection in `folder` and its store; say what, after `before`."""

    read_collection(folder)  # a folder without a collection is not made
    with locked(folder):
        collection = read_collection(folder)
        opened = _open_store(collection, address)
        if opened is None:
            removed = carry_out(collection, None)
        else:
            with opened:
                removed = carry_out(collection, opened)
                opened.purge()
    say(
        f"{before}removed: {counted(removed.students, 'student')}, "
        f"{counted(removed.attempts, 'attempt')}, {counted(removed.runs, 'run')}, "
        f"{counted(removed.results, 'result')}"
    )
