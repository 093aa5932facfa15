"""Options, stores and output that several commands of a class share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.errors import AbsentPartError, BadInputError
from plugins.classes.collecting.collection import Collection, read_collection
from plugins.classes.collecting.listing import named
from plugins.classes.rosters.privacy import Shown, pseudonyms

if TYPE_CHECKING:
    from plugins.classes.runs.store import Store
    from plugins.classes.runs.stored_runs import Run

RunArgument = Annotated[int, typer.Argument(metavar="RUN", help="Number of a run; 0: the newest.")]
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


def open_store(collection: Collection, address: str, *, is_new: bool = False) -> Store:
    """Return the store of a collection.

    Raises:
        AbsentPartError: SQLAlchemy is missing.
        BadInputError: nothing was graded yet.
    """
    try:
        from plugins.classes.runs.store import Store
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "sqlalchemy":
            raise
        raise AbsentPartError(
            "the store needs SQLAlchemy: `pip install 'gradus-nlp[class]'`", "sqlalchemy"
        ) from None
    address = address or str(collection.folder / "results.sqlite")
    if not is_new and "://" not in address and not Path(address).exists():
        raise BadInputError(f"no results at {address}: `gradus class grade {collection.folder}`")
    return Store(address)


@dataclass(frozen=True)
class OpenedRun:
    """A run that a command works on, with its open store."""

    collection: Collection
    store: Store
    run: Run


@contextmanager
def opened_run(folder: Path, address: str, number: int) -> Iterator[OpenedRun]:
    """Open the store of the collection in `folder`, and find a run; number 0 is the newest.

    Raises:
        BadInputError: there is no collection, no store or no such run.
    """
    collection = read_collection(folder)
    with open_store(collection, address) as store:
        from plugins.classes.runs.stored_runs import all_runs, find_run

        if number:
            run = store.transaction(find_run, number)
        else:
            listed = store.transaction(all_runs, collection.name)
            if not listed:
                raise BadInputError(
                    f"{collection.name} has no run: `gradus class grade DIR` makes one"
                )
            run = listed[-1]
        yield OpenedRun(collection, store, run)


def shown_students(collection: Collection, are_named: bool | None) -> Shown:
    """Return what stands for students: names on a terminal, pseudonyms in a pipe or a log."""
    if sys.stdout.isatty() if are_named is None else are_named:
        return named(collection)
    return pseudonyms(collection.folder)
