"""``gradus class forget`` and ``gradus class expire``: data of students is removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.classes.stores import InOption, StoreOption, open_store
from autograder.commands.options import say
from autograder.reports.wording import counted
from framework.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.classes.collecting.collection import Collection
    from autograder.classes.running.forgetting import Removed
    from autograder.classes.store.database import Store


def forget(
    student: Annotated[str, typer.Argument(help="Key of the student, as in collected.txt.")],
    inside: InOption = Path(),
    store: StoreOption = "",
) -> None:
    """Remove a student: name, identifiers, attempts, and results that no other student has.

    Work of a group stays with its other members. Exports, rosters and backups are not touched:
    remove the student there, too.
    """
    from autograder.classes.running.forgetting import forget as carry_out

    _remove(inside, store, lambda found, opened: carry_out(found, opened, student))


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
    folder: Path, place: str, carry_out: Callable[[Collection, Store | None], Removed]
) -> None:
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.collecting.locking import locked
    from autograder.classes.sharding.plan import discard_plan

    read_collection(folder)  # a folder without a collection is not made
    with locked(folder):
        found = read_collection(folder)
        try:
            opened = open_store(found, place)
        except BadInputError:
            if place:
                raise
            removed = carry_out(found, None)  # nothing was graded yet
        else:
            with opened:
                removed = carry_out(found, opened)
                opened.purge()
        discard_plan(folder)
    say(
        f"removed: {counted(removed.students, 'student')}, {counted(removed.attempts, 'attempt')}, "
        f"{counted(removed.runs, 'run')}, {counted(removed.results, 'result')}"
    )
