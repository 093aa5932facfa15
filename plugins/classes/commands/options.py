"""Options, stores, plugins and output that several commands of a class share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.public.reports import clean
from framework.commands.options import BlockOption, CourseOption, PluginOption
from framework.commands.output import say
from framework.errors import AbsentPartError, BadInputError
from plugins.classes.collecting.collection import Collection, read_collection
from plugins.classes.collecting.listing import MAX_LINES, named
from plugins.classes.rosters.privacy import Shown, pseudonyms

if TYPE_CHECKING:
    from autograder.public.courses import Course
    from framework.providers.plugins import Plugins
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
class RunOptions:
    """The options of a command on a run of a class, see `with_run_options`."""

    names: NamesOption = None
    inside: InOption = Path()
    store: StoreOption = ""
    course: CourseOption = None
    plugin: PluginOption = None
    block: BlockOption = None

    @cached_property
    def collection(self) -> Collection:
        """The collection of the command."""
        return read_collection(self.inside)

    def opened(self, number: int) -> AbstractContextManager[tuple[Collection, Store, Run]]:
        """Yield the collection, its store, and a run; number 0 is the newest."""
        return opened_run(self.collection, self.store, number)

    @cached_property
    def course_and_plugins(self) -> tuple[Course, Plugins]:
        """The course of the command on the collection, with its plugins."""
        from autograder.public.grading import GradeOptions, chosen_course
        from framework.providers.plugins import Plugins

        course = course_of(self.collection, self.course)
        plugins, blocked = tuple(self.plugin or ()), tuple(self.block or ())
        options = GradeOptions(course=course, plugins=plugins, blocked=blocked)
        chosen = chosen_course(options)
        return chosen, Plugins(options.plugins, chosen, options.blocked)

    def shown(self, collection: Collection) -> Shown:
        """Return how students are shown."""
        return shown_students(collection, self.names)


def with_run_options(function: Callable[..., None]) -> Callable[..., None]:
    """Return the command `function`, whose argument `chosen` typer makes from `RunOptions`."""
    shared = signature(RunOptions, eval_str=True).parameters
    own = signature(function, eval_str=True).parameters
    parameters = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in (*own.values(), *shared.values())
        if parameter.name != "chosen"
    ]

    def command(**values: Any) -> None:
        chosen = RunOptions(**{name: values.pop(name) for name in shared})
        function(chosen=chosen, **values)

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    vars(command)["__signature__"] = Signature(parameters)
    return command


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
    address = address or str(collection.folder / "results.sqlite")
    if not is_new and "://" not in address and not Path(address).exists():
        raise BadInputError(f"no results at {address}: `gradus class grade {collection.folder}`")
    return Store(address)


@contextmanager
def opened_run(
    collection: Collection, address: str, number: int
) -> Iterator[tuple[Collection, Store, Run]]:
    """Yield the collection, its store, and a run; number 0 is the newest."""
    with open_store(collection, address) as store:
        from plugins.classes.runs.stored_runs import all_runs, find_run

        if number:
            run = store.transaction(find_run, number, collection.id)
        elif listed := store.transaction(all_runs, collection.id):
            run = listed[-1]
        else:
            raise BadInputError(f"{collection.name} has no run: `gradus class grade DIR` makes one")
        yield collection, store, run


def course_of(collection: Collection, course: Path | None) -> Path | None:
    """Return the chosen course of a command; without a choice, that of the collection.

    Raises:
        BadInputError: the folder of the collection's course is gone.
    """
    if course is not None or not collection.course:
        return course
    remembered = Path(collection.course)
    if remembered.is_absolute() and not remembered.exists():
        raise BadInputError(
            f"the course of {collection.folder} was at {remembered}, and is gone: name it with "
            "`--course DIR`"
        )
    return remembered


def shown_students(collection: Collection, are_named: bool | None) -> Shown:
    """Return how students are shown: names on a terminal, pseudonyms in a pipe or a log."""
    if sys.stdout.isatty() if are_named is None else are_named:
        return named(collection)
    return pseudonyms(collection.folder)


def say_listed(title: str, lines: list[str]) -> None:
    """Print the first of `lines` under a title with their number; nothing without any."""
    if not lines:
        return
    say(f"{title}: {len(lines)}")
    for line in lines[:MAX_LINES]:
        say(f"  {clean(line)}")
    if len(lines) > MAX_LINES:
        say(f"  ... and {len(lines) - MAX_LINES} more")
