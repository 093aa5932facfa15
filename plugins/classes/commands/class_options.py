"""Options, stores, plugins and output that several commands of a class share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.public.reports import clean, counted
from framework.commands.options import BlockOption, CourseOption, PluginOption
from framework.commands.output import say
from framework.errors import AbsentPartError, BadInputError, UsageError
from plugins.classes.collecting.collection import Collection, read_collection
from plugins.classes.collecting.listing import named, part_lines
from plugins.classes.rosters.privacy import Shown, pseudonyms

if TYPE_CHECKING:
    from autograder.public.courses import Course
    from framework.providers.loaded_plugins import Plugins
    from plugins.classes.marks.final_points import RunPoints
    from plugins.classes.runs.store import Store
    from plugins.classes.runs.stored_runs import Run

#: The file of a collection with its results.
STORE = "results.sqlite"

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
PagesArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of the pages; need not exist.")
]
TableOption = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write a table instead.")
]
NamesOption = Annotated[
    bool | None,
    typer.Option(
        "--names/--pseudonyms",
        help="Show students by key and name, or by pseudonyms. Default: names on a terminal.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class StoredRuns:
    """The options of a command on the stored runs of a class, see `with_options`."""

    inside: InOption = Path()
    store: StoreOption = ""

    @cached_property
    def collection(self) -> Collection:
        """The collection of the command."""
        return read_collection(self.inside)

    def open_store(self) -> Store:
        """Return the store of the collection, which must exist."""
        return open_store(self.collection, self.store)

    @contextmanager
    def opened(self, number: int) -> Iterator[tuple[Store, Run]]:
        """Yield the store of the collection, and a run; number 0 is the newest."""
        with self.open_store() as store:
            from plugins.classes.runs.stored_runs import all_runs, find_run

            if number:
                run = store.transaction(find_run, number, self.collection.id)
            elif listed := store.transaction(all_runs, self.collection.id):
                run = listed[-1]
            else:
                name = self.collection.name
                raise BadInputError(f"{name} has no run: `gradus class grade DIR` makes one")
            yield store, run


@dataclass(frozen=True, kw_only=True)
class ShownRuns(StoredRuns):
    """The options of a command that shows students."""

    names: NamesOption = None

    @property
    def shown(self) -> Shown:
        """How students are shown: by default, names on a terminal, else pseudonyms."""
        if sys.stdout.isatty() if self.names is None else self.names:
            return named(self.collection)
        return pseudonyms(self.collection.folder)


@dataclass(frozen=True, kw_only=True)
class CourseRuns(ShownRuns):
    """The options of a command that reads the course, too."""

    course: CourseOption = None

    @property
    def course_folder(self) -> Path | None:
        """The chosen course; without a choice, that of the collection."""
        return course_of(self.collection, self.course)


@dataclass(frozen=True, kw_only=True)
class PluginRuns(CourseRuns):
    """The options of a command that asks plugins, too."""

    plugin: PluginOption = None
    block: BlockOption = None

    @cached_property
    def course_and_plugins(self) -> tuple[Course, Plugins]:
        """The course of the command, with its plugins."""
        from autograder.public.grading import GradeOptions, chosen_course
        from framework.providers.loaded_plugins import Plugins

        plugins, blocked = tuple(self.plugin or ()), tuple(self.block or ())
        options = GradeOptions(course=self.course_folder, plugins=plugins, blocked=blocked)
        chosen = chosen_course(options)
        return chosen, Plugins(options.plugins, chosen, options.blocked)


@dataclass(frozen=True, kw_only=True)
class SettledRuns(PluginRuns):
    """The options of a command that gives final points back."""

    exercise: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Exercise that counts; repeatable. Default: all."),
    ] = None
    partial: Annotated[
        bool, typer.Option("--partial", help="Go on, even if some results are not graded yet.")
    ] = False

    @contextmanager
    def settled(self, number: int) -> Iterator[tuple[Store, RunPoints]]:
        """Yield the store of the collection, and the final points of a run."""
        from plugins.classes.marks.final_points import points_of_run

        (_, plugins), collection = self.course_and_plugins, self.collection
        with self.opened(number) as (opened, run):
            settled = points_of_run(opened, collection, run, plugins)
            settled = settled.only(frozenset(self.exercise or ()))
            if settled.not_graded and not self.partial:
                raise UsageError(
                    f"missing in this run: {counted(settled.not_graded, 'result')}. `gradus class "
                    f"grade {collection.folder}` tries again. With `--partial`, these students "
                    "stay blank"
                )
            yield opened, settled


def open_store(collection: Collection, address: str, *, is_new: bool = False) -> Store:
    """Return the store of a collection; it must exist unless `is_new`."""
    try:
        from plugins.classes.runs.store import Store
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "sqlalchemy":
            raise
        raise AbsentPartError(
            "the store needs SQLAlchemy: `pip install 'gradus-nlp[class]'`", "sqlalchemy"
        ) from None
    address = address or str(collection.folder / STORE)
    if not is_new and "://" not in address and not Path(address).exists():
        raise BadInputError(f"no results at {address}: `gradus class grade {collection.folder}`")
    return Store(address)


def course_of(collection: Collection, course: Path | None) -> Path | None:
    """Return the chosen course of a command; without a choice, that of the collection."""
    if course is not None or not collection.course:
        return course
    remembered = Path(collection.course)
    if remembered.is_absolute() and not remembered.exists():
        raise BadInputError(
            f"the course of {collection.folder} was at {remembered}, and is gone: name it with "
            "`--course DIR`"
        )
    return remembered


def say_listed(title: str, listed: list[str]) -> None:
    """Print the first of some lines under a title with their number; nothing without any."""
    for line in part_lines(title, listed):
        say(clean(line))
