"""`gradus new course`: writes a course that can be installed, with one worked exercise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framework import DISTRIBUTION, __version__
from framework.commands.output import say
from framework.course.catalogue import PUBLIC_COURSE, Catalogue
from framework.course.solutions import solutions_folder
from framework.errors import ConflictError, UnknownNameError
from framework.providers.installed_courses import installed_courses
from plugins.authoring.new.exercise import write_exercise
from plugins.authoring.new.files import columns, new_package, quoted, write_files

#: The unit and the exercise that every new course has.
FIRST = "first_steps/linear"


def course(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; it must be new.")],
    name: Annotated[
        str,
        typer.Option(help="Name of the course and of its package. Default: the folder's name."),
    ] = "",
    base: Annotated[
        str,
        typer.Option(
            metavar="COURSE",
            help=f"Course whose parts yours may use, as in {PUBLIC_COURSE}. Default: none.",
        ),
    ] = "",
) -> None:
    """Write a course with one worked exercise, tests, a CI workflow and its own pyproject.toml.

    It is complete: `grade`, `gradus check`, `audit`, `calibrate`, `stubs`, `kit build` and `pytest`
    work in it. `pip install -e DIR` lets `--course NAME` find it from any folder.
    """
    chosen = name or folder.resolve().name.lower().replace(" ", "-")
    for path in write_course(folder, chosen, base):
        say(f"wrote {path}")
    exercise = FIRST.partition("/")[2]
    steps = (
        (f"cd {quoted(folder)}", ""),
        ("gradus check", "everything that can be wrong, with its fix"),
        (f"grade {exercise} --submission solutions", "the points of the solution"),
        ("gradus new exercise UNIT/NAME", "the next exercise"),
        ("gradus kit build ../kit.zip", "what students get"),
    )
    say(f"\nTry it:\n{columns(steps)}")
    say("Install it; then it is found from any folder:")
    say(f"  pip install -e . && gradus --course {chosen} list")


def write_course(folder: Path, name: str, base: str = "") -> list[Path]:
    """Write the course `name` into the new folder `folder`, and return the written files."""
    known = installed_courses()
    if name in known:
        raise ConflictError(
            f"a course '{name}' is installed, at {known[name].root}: choose another with `--name`"
        )
    if base and base not in known:
        raise UnknownNameError("course", base, known)
    module = new_package(name, "course", folder)
    written = write_files(
        folder,
        "course",
        name=name,
        module=module,
        base=f'base = "{base}"\n' if base else "",
        distribution=DISTRIBUTION,
        version=__version__,
    )
    solutions_folder(folder).mkdir()
    return [*written, *write_exercise(Catalogue.read(folder), FIRST)[:-1]]
