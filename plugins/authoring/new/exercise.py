"""`gradus new exercise` and `questions`: write a worked exercise into a course, and list it."""

from __future__ import annotations

from collections.abc import Sequence
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

import typer

from framework.commands.options import CourseOption
from framework.commands.output import say, shown
from framework.course.catalogue import Catalogue, active_course
from framework.course.folder import course_file, find_course_folder
from framework.course.solutions import solutions_folder
from framework.course.tasks import snake_case
from framework.errors import BadInputError, ConflictError
from framework.providers.installed_courses import named_course_folder
from framework.text_files import read_text
from plugins.authoring.new.files import columns, write_files
from plugins.authoring.stub_files import remember_stub

PlaceArgument = Annotated[
    str, typer.Argument(metavar="UNIT/NAME", help="As in layers/linear; the unit may be new.")
]


def exercise(place: PlaceArgument, course: CourseOption = None) -> None:
    """Write a small worked exercise: text, solution, stub, checks, mistakes and an alternate.

    The exercise is a linear layer and passes `gradus check`. Replace every file by yours: first
    README.md, then the solution, then the checks.
    """
    name = place.partition("/")[2]
    steps = (
        (f"exercises/{place}/README.md", "what students read"),
        (f"solutions/{place}/{name}.py", "the solution; regions become TODOs"),
        ("gradus stubs", "writes the stub"),
        (f"exercises/{place}/test_{name}.py", "the public checks"),
    )
    _write(place, course, "exercise", steps)


def questions(place: PlaceArgument, course: CourseOption = None) -> None:
    """Write an exercise of four written questions: a number, a formula, a choice and prose.

    It has a text, a key with model answers, and wrong answers, and passes `gradus check`. Replace
    the questions by yours.
    """
    steps = (
        (f"exercises/{place}/exercise.toml", "kind, points and hint of each question"),
        (f"solutions/{place}/questions.md", "the questions with their model answers"),
        (f"solutions/{place}/mistakes.toml", "wrong answers, each with a sentence"),
        ("gradus stubs", "writes the questions.md of students"),
    )
    _write(place, course, "questions", steps)


def _write(
    place: str, course: Path | None, template: str, steps: Sequence[tuple[str, str]]
) -> None:
    """Write an exercise, and print what to replace, by `steps`: a file or command, and why."""
    if course is None:
        root = active_course().root
    else:
        root = find_course_folder(course) or named_course_folder(course)
    for path in write_exercise(Catalogue.read(root), place, template):
        say(f"wrote {shown(path)}")
    last = (f"gradus check {place.partition('/')[2]}", "everything that can be wrong, with its fix")
    say("\nIt is complete. Replace it by yours step by step, in this order:")
    say(columns([*steps, last]))


def write_exercise(course: Catalogue, path: str, template: str = "exercise") -> list[Path]:
    """Write the exercise ``UNIT/NAME`` into `course`, and return the written files."""
    unit, name = _parsed(path)
    _check_free(course, unit, name)
    if not solutions_folder(course.root).is_dir():
        raise BadInputError(
            f"{course.root} has no folder 'solutions': exercises are added to a full course, not "
            "to a student kit"
        )
    listed = _listed(course_file(course.root), unit, name)
    written = write_files(course.root, template, **values_of(unit, name))
    course_file(course.root).write_text(listed, "utf-8", newline="\n")
    remember_stub(course.root, name)
    return [*written, course_file(course.root)]


def values_of(unit: str, name: str) -> dict[str, str]:
    """Return the values of the templates for the exercise `name` of the unit `unit`."""
    task = "".join(word[:1].upper() + word[1:] for word in name.split("_"))
    return {"unit": unit, "name": name, "task": task, "title": titled(name)}


def titled(name: str) -> str:
    """Return a first title: ``linear_layer`` -> ``Linear layer``."""
    return name.replace("_", " ").capitalize()


def _parsed(path: str) -> tuple[str, str]:
    unit, slash, name = path.partition("/")
    for word in (unit, name):
        if not (slash and word.isidentifier() and word == word.lower()) or iskeyword(word):
            raise BadInputError(
                f"'{path}' cannot be the place of an exercise: expected UNIT/NAME, both in "
                "lower-case letters, digits and _, as in layers/linear"
            )
    return unit, name


def _check_free(course: Catalogue, unit: str, name: str) -> None:
    taken = {*course.exercise_names, *(item.name for item in course.units)}
    if name in taken or name == unit:
        raise ConflictError(f"the course has a unit or an exercise '{name}': choose another name")
    if unit in course.exercise_names:
        raise ConflictError(f"'{unit}' is an exercise of the course, no unit: choose another unit")
    task = snake_case(values_of(unit, name)["task"])
    for other in course.exercise_names:
        if task in (item.registry_name for item in course.tasks(other)):
            raise ConflictError(f"the exercise '{other}' defines '{task}': choose another name")


def _listed(file: Path, unit: str, name: str) -> str:
    """Return the text of ``course.toml`` with the new exercise at the end of its unit."""
    import tomlkit

    table = tomlkit.parse(read_text(file))
    units = table.setdefault("units", tomlkit.aot())
    entry = next((given for given in units if given["name"] == unit), None)
    if entry is None:
        entry = tomlkit.table()
        entry.update({"name": unit, "title": titled(unit), "exercises": tomlkit.array()})
        entry.trivia.indent = "\n"
        units.append(entry)
    entry["exercises"].append(name)
    return tomlkit.dumps(table)
