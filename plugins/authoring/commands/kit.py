"""``gradus kit``: builds student kits, and updates them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course.reading import find_course
from autograder.reports.wording import counted
from framework.commands.groups import new_app
from framework.commands.options import CourseOption, ExercisesOrUnits, Jobs
from framework.commands.output import say, shown, stopped_with

kit = new_app(
    help="""Build and update student kits: exercises without solutions.

A kit has no hidden checks either. Its checks compare code with recorded answers of the
solutions.""",
    no_args_is_help=True,
)


@kit.command()
def build(
    place: Annotated[
        Path, typer.Argument(metavar="DIR|ZIP", help="New folder, or new file NAME.zip.")
    ],
    names: ExercisesOrUnits = None,
    jobs: Jobs = 0,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also list quoted lines of solutions.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Build a student kit of EXERCISES: public checks, and recorded answers of the solutions.

    Exercises that others require are added. The kit is written only if it works: in it, every
    solution gets the points of all public checks, every stub none, and no line of a solution is in
    what the build adds.
    """
    from plugins.authoring.kits.building import build_kit, summary

    done: list[str] = []

    def progress(line: str) -> None:
        done.append(line)
        say(line)

    def so_far() -> str:
        proved = sum(line.startswith("proved") for line in done)
        recorded = counted(len(done) - proved, "exercise")
        return f"recorded: {recorded}, proved: {proved}. {place} is not written"

    with stopped_with(so_far):
        built = build_kit(find_course(course), place, names or (), jobs, progress)
    for line in summary(built, verbose=verbose):
        say(line)


@kit.command()
def update(
    source: Annotated[Path, typer.Argument(metavar="KIT", help="The new kit: a folder or a zip.")],
    course: CourseOption = None,
) -> None:
    """Replace checks, texts and recordings of the kit of the working directory by those of KIT.

    Your files are never touched: every file that you have edited or added stays as it is.
    """
    from plugins.authoring.kits.updating import update_kit

    for line in update_kit(find_course(course).root, source):
        say(line.replace(str(Path.cwd()), shown(Path.cwd())))
