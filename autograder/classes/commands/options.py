"""Options, stores and output that several commands of a class share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.errors import AbsentPartError, BadInputError

if TYPE_CHECKING:
    from autograder.classes.collecting.collection import Collection
    from autograder.classes.rosters.privacy import Shown
    from autograder.classes.runs.store import Store

StoreOption = Annotated[
    str,
    typer.Option(
        metavar="FILE|URL",
        help="Store of results: a file, or postgresql://... Default: DIR/results.sqlite.",
    ),
]
InOption = Annotated[
    Path, typer.Option("--in", metavar="DIR", help="The collection. Default: this folder.")
]
ExercisesOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Exercise that counts; repeatable. Default: all."),
]
PagesArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of the pages; need not exist.")
]
NamesOption = Annotated[
    bool | None,
    typer.Option(
        "--names/--pseudonyms",
        help="Show students by key and name, or by pseudonyms. Default: names on a terminal.",
    ),
]


def open_store(collection: Collection, place: str, *, is_new: bool = False) -> Store:
    """Return the store of a collection.

    Raises:
        AbsentPartError: SQLAlchemy is missing.
        BadInputError: nothing was graded yet.
    """
    try:
        from autograder.classes.runs.store import Store
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "sqlalchemy":
            raise
        raise AbsentPartError(
            "the store needs SQLAlchemy: `pip install 'gradus-nlp[class]'`", "sqlalchemy"
        ) from None
    place = place or str(collection.folder / "results.sqlite")
    if not is_new and "://" not in place and not Path(place).exists():
        raise BadInputError(f"no results at {place}: `gradus class grade {collection.folder}`")
    return Store(place)


def shown_students(collection: Collection, are_named: bool | None) -> Shown:
    """Return what stands for students: names on a terminal, pseudonyms in a pipe or a log."""
    from autograder.classes.collecting.listing import named
    from autograder.classes.rosters.privacy import pseudonyms

    if sys.stdout.isatty() if are_named is None else are_named:
        return named(collection)
    return pseudonyms(collection.folder)
