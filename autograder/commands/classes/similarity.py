"""``gradus class similarity``: code that stands out as alike, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.classes.points import course_and_plugins
from autograder.commands.classes.runs import RunArgument, find_run_of
from autograder.commands.classes.stores import (
    InOption,
    NamesOption,
    PagesArgument,
    StoreOption,
    open_store,
    shown_students,
)
from autograder.reports.wording import counted
from framework.commands.options import BlockOption, CourseOption, PluginOption
from framework.commands.output import say, shown

if TYPE_CHECKING:
    from autograder.classes.pages.similar import SimilarTask


def similarity(
    number: RunArgument,
    folder: PagesArgument,
    source: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="Other code: a collection of last year, or a public solution; repeatable.",
        ),
    ] = None,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
    course: CourseOption = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Compare the code of a run task by task, and write pages with what stands out side by side.

    Similarity is a reason to look, and part of no grade. Names, comments, formatting and wrappers
    do not count, nor does the code that all were given. Short tasks are left out. What stands out
    is decided by the class itself. The solutions of the course are compared, too.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.pages.code import CodeReader
    from autograder.classes.pages.similar import find_similar, read_sources, solution_source
    from autograder.classes.pages.similar_pages import SimilarPages
    from autograder.classes.pages.view import read_view
    from autograder.classes.pages.writing import write_site

    found = read_collection(inside)
    chosen, plugins = course_and_plugins(course, plugin, block)
    called = shown_students(found, names)
    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        view = opened.transaction(lambda connection: read_view(connection, found, run, called))
    exercises = view.results.exercises
    sources = [solution_source(chosen, exercises)]
    for path in source or ():
        sources += read_sources(path, chosen, exercises)
    tasks = find_similar(
        view,
        CodeReader(found, chosen),
        chosen,
        sources,
        lambda comparison: plugins.hook.similar_pairs(comparison=comparison),
    )
    write_site(SimilarPages(view, tasks), folder)
    _show(tasks, folder)


def _show(tasks: list[SimilarTask], folder: Path) -> None:
    """Print numbers, and no students."""
    for one in tasks:
        if one.clusters:
            place = f"{one.comparison.exercise} {one.comparison.task}"
            say(
                f"{place}: {counted(len(one.clusters), 'cluster')} among "
                f"{counted(one.compared, 'attempt')}"
            )
    left_out = [one.comparison.task for one in tasks if not one.compared]
    if left_out:
        say(f"left out, short or not written: {', '.join(left_out)}")
    found = counted(sum(len(one.clusters) for one in tasks), "cluster")
    say(f"{found}, a reason to look and no finding; open {shown(folder / 'index.html')}")
