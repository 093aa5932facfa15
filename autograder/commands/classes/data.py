"""``gradus class forget`` and ``gradus class expire``: data of students is removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.classes.stores import InOption, StoreOption, open_store
from autograder.reports.wording import counted
from framework.commands.output import say
from framework.errors import BadInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograder.classes.collecting.collection import Collection
    from autograder.classes.running.forgetting import Removed
    from autograder.classes.store.database import Store


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
    from autograder.classes.running.forgetting import forget as carry_out

    folders = list(dict.fromkeys(inside or [Path()]))
    knowing = _knowing(folders, student)
    if not knowing and not whole_store:
        raise UnknownNameError("student", student, ())
    for folder in folders:
        shown = f"{folder}: " if len(folders) > 1 else ""
        if folder in knowing:
            _remove(folder, store, lambda found, opened: carry_out(found, opened, student), shown)
        else:
            say(f"{shown}no student {student}")
    if whole_store:
        _remove_from_stores(folders, store, student)


def _knowing(folders: Sequence[Path], student: str) -> list[Path]:
    """Return the collections that know the student.

    Raises:
        BadInputError: a folder holds no collection.
    """
    from autograder.classes.collecting.collection import read_collection

    return [folder for folder in folders if student in read_collection(folder).students]


def _remove_from_stores(folders: Sequence[Path], place: str, student: str) -> None:
    """Remove what the stores of collections have of a student in any assignment."""
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.running.forgetting import forget_in_store

    for folder in folders[:1] if place else folders:
        opened = _opened(read_collection(folder), place)
        if opened is None:
            continue
        with opened:
            removed = forget_in_store(opened, student)
            opened.purge()
            say(
                f"{opened.place}: removed of other assignments: "
                f"{counted(removed.attempts, 'attempt')}, {counted(removed.results, 'result')}"
            )


def _opened(collection: Collection, place: str) -> Store | None:
    """Return the store of a collection; None if nothing was graded yet."""
    try:
        return open_store(collection, place)
    except BadInputError:
        if place:
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
    from autograder.classes.running.forgetting import expire as carry_out

    _remove(inside, store, lambda found, opened: carry_out(found, opened, older_than))


def _remove(
    folder: Path,
    place: str,
    carry_out: Callable[[Collection, Store | None], Removed],
    shown: str = "",
) -> None:
    """Remove something of the collection in `folder` and its store; say what, after `shown`."""
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.collecting.locking import locked
    from autograder.classes.sharding.plan import discard_plan

    read_collection(folder)  # a folder without a collection is not made
    with locked(folder):
        found = read_collection(folder)
        opened = _opened(found, place)
        if opened is None:
            removed = carry_out(found, None)
        else:
            with opened:
                removed = carry_out(found, opened)
                opened.purge()
        discard_plan(folder)
    say(
        f"{shown}removed: {counted(removed.students, 'student')}, "
        f"{counted(removed.attempts, 'attempt')}, {counted(removed.runs, 'run')}, "
        f"{counted(removed.results, 'result')}"
    )
