"""``gradus class report`` and ``gradus class serve``: pages about a run for its instructor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
from framework.commands.options import CourseOption
from framework.commands.output import say, shown
from framework.errors import AbsentPartError


def report(
    number: RunArgument,
    folder: PagesArgument,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
    course: CourseOption = None,
) -> None:
    """Write pages about a run: plain files that need no server and no script.

    They show students and tasks, pass rates, mistakes with examples, the distribution of points,
    slow and faulty work, and each report with its code. They hold data of students: their owner
    alone can read them. An earlier report in DIR is replaced.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.pages.code import CodeReader
    from autograder.classes.pages.site import Site
    from autograder.classes.pages.view import read_view
    from autograder.classes.pages.writing import write_site
    from autograder.course.reading import find_course

    found = read_collection(inside)
    code = CodeReader(found, find_course(course))
    called = shown_students(found, names)
    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        view = opened.transaction(lambda connection: read_view(connection, found, run, called))
        count = write_site(Site(view, opened, code), folder)
    say(f"run {run.id}: {counted(count, 'file')}; open {shown(folder / 'index.html')}")


def serve(
    number: RunArgument = 0,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Others than loopback need --allow-host.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name by which browsers reach this server; repeatable."),
    ] = None,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
    course: CourseOption = None,
) -> None:
    """Show the pages of a run in a browser, live while it is graded. Ctrl-C ends the server.

    The address that is printed holds a token: without it, nothing is shown. The server changes
    nothing. Beyond this machine, put a proxy with TLS in front of it.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.course.reading import find_course

    try:
        from autograder.classes.pages.serving.live import Serving
        from autograder.classes.pages.serving.server import open_socket, run_server
    except ModuleNotFoundError as error:
        raise AbsentPartError(
            "`gradus class serve` needs Starlette and uvicorn: `pip install 'gradus-nlp[serve]'`",
            error.name or "starlette",
        ) from None

    found = read_collection(inside)
    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        listening = open_socket(host, port, allow_host or ())
        serving = Serving(inside, opened, run.id, shown_students(found, names), find_course(course))
        run_server(serving, listening, allow_host or (), say)
