"""``gradus class report``, ``serve`` and ``similarity``: pages about a run for its instructor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.public.courses import find_course
from autograder.public.reports import counted
from framework.commands.options import with_options
from framework.commands.output import progress, say, shown, stopped_with
from framework.errors import AbsentPartError
from plugins.classes.collecting.collection import COMPARED
from plugins.classes.commands.class_options import (
    CourseRuns,
    PagesArgument,
    PluginRuns,
    RunArgument,
)

if TYPE_CHECKING:
    from plugins.classes.similarity.similar_code import SimilarTask


@with_options
def report(chosen: CourseRuns, number: RunArgument, folder: PagesArgument) -> None:
    """Write pages about a run: plain files that need no server and no script.

    They show students and tasks, pass rates, mistakes with examples, the distribution of points,
    slow and faulty work, and each report with its code. They hold data of students: their owner
    alone can read them. An earlier report in DIR is replaced.
    """
    from plugins.classes.pages.site import RunSite, write_site
    from plugins.classes.pages.view import CodeReader, read_view

    with chosen.opened(number) as (opened, run):
        code = CodeReader(chosen.collection, find_course(chosen.course_folder))
        view = opened.transaction(read_view, chosen.collection, run, chosen.shown)
        site = RunSite(view, opened, code)
        count = write_site(site.pages, folder)
    say(f"run {run.id}: {counted(count, 'file')}; open {shown(folder / 'index.html')}")


@with_options
def serve(
    chosen: CourseRuns,
    number: RunArgument = 0,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Others than loopback need --allow-host.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name by which browsers reach this server; repeatable."),
    ] = None,
) -> None:
    """Show the pages of a run in a browser, live while it is graded. Ctrl-C ends the server.

    The address that is printed holds a token: without it, nothing is shown. The page "Answers"
    shows answers in prose one by one, and writes your points and comments into DIR/points.csv.
    Nothing else is changed. Beyond this machine, put a proxy with TLS in front of it.
    """
    try:
        from plugins.classes.pages.server import Serving, open_socket, run_server
        from plugins.classes.pages.view import CodeReader
    except ModuleNotFoundError as error:
        raise AbsentPartError(
            "`gradus class serve` needs Starlette and uvicorn: `pip install 'gradus-nlp[serve]'`",
            error.name or "starlette",
        ) from None
    collection = chosen.collection
    with chosen.opened(number) as (opened, run):
        listening = open_socket(host, port, allow_host or ())
        code = CodeReader(collection, find_course(chosen.course_folder))
        serving = Serving(collection, opened, run.id, chosen.shown, code)
        run_server(serving, listening, allow_host or (), say)


@with_options
def similarity(
    chosen: PluginRuns,
    number: RunArgument,
    folder: PagesArgument,
    source: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH",
            help="Other code: a collection of last year, or a public solution; repeatable.",
        ),
    ] = None,
) -> None:
    """Compare the code of a run task by task, and write pages with similar code side by side.

    Similarity is a reason to look, and part of no grade. Names, comments and formatting do not
    count, nor does the code that all were given. Short tasks are left out. What stands out is
    decided by the class itself. The solutions of the course are compared, too. After an interrupt,
    the same command continues.
    """
    from plugins.classes.pages.site import write_site
    from plugins.classes.pages.view import CodeReader, read_view
    from plugins.classes.similarity.similar_code import (
        ComparedTasks,
        find_similar,
        read_sources,
        similar_pages,
        solution_source,
    )

    (course, plugins), collection = chosen.course_and_plugins, chosen.collection
    with chosen.opened(number) as (opened, run):
        view = opened.transaction(read_view, collection, run, chosen.shown)
    exercises = view.results.exercises
    sources = [solution_source(course, exercises)]
    for path in source or ():
        sources += read_sources(path, course, exercises)
    setting = ", ".join(source.label for source in plugins.sources)
    compared = ComparedTasks(collection.folder / COMPARED, setting)
    again = "the same command continues with the next task"
    with stopped_with(lambda: again), progress("tasks compared") as on_task:
        tasks = find_similar(
            view, CodeReader(collection, course), course, sources,
            lambda comparison: plugins.hook.similar_pairs(comparison=comparison),
            compared, on_task or (lambda done, total: None),
        )  # fmt: skip
    write_site(similar_pages(view, tasks), folder)
    compared.remove()
    _show_clusters(tasks, folder)


def _show_clusters(tasks: list[SimilarTask], folder: Path) -> None:
    """Print the numbers of clusters, without students."""
    for task in tasks:
        if task.clusters:
            title = f"{task.comparison.exercise} {task.comparison.task}"
            say(
                f"{title}: {counted(len(task.clusters), 'cluster')} among "
                f"{counted(task.compared, 'attempt')}"
            )
    left_out = [task.comparison.task for task in tasks if not task.compared]
    if left_out:
        say(f"left out, short or not written: {', '.join(left_out)}")
    count = counted(sum(len(task.clusters) for task in tasks), "cluster")
    say(f"{count}, a reason to look and no finding; open {shown(folder / 'index.html')}")
