"""A page for each unit and exercise: the README with its figures, and the facts of the course."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.course.reading import Course, Exercise, find_course
from framework.course.catalogue import Unit


def exercise_pages(root: Path) -> dict[str, str]:
    """Return path -> text of the pages of all exercises, with an index for each unit."""
    course = find_course(root)
    pages = {
        "exercises/index.md": _index(course),
        "exercises/primer.md": "```{include} ../../../exercises/primer.md\n```\n",
    }
    for unit in course.units:
        pages[f"exercises/{unit.name}/index.md"] = _unit(course, unit)
        for name in unit.exercises:
            pages[f"exercises/{unit.name}/{name}.md"] = _exercise(course.exercise(name))
    return pages


def _index(course: Course) -> str:
    units = "\n".join(["primer", *(f"{unit.name}/index" for unit in course.units)])
    return (
        "```{include} ../../../exercises/README.md\n```\n\n"
        f"```{{toctree}}\n:maxdepth: 2\n:hidden:\n\n{units}\n```\n"
    )


def _unit(course: Course, unit: Unit) -> str:
    rows = "\n".join(_row(course.exercise(name)) for name in unit.exercises)
    pages = "\n".join(unit.exercises)
    return (
        f"# {unit.title}\n\n| exercise | title | points |\n| --- | --- | --- |\n{rows}\n\n"
        f"```{{toctree}}\n:hidden:\n\n{pages}\n```\n"
    )


def _row(exercise: Exercise) -> str:
    return f"| [{exercise.name}]({exercise.name}.md) | {exercise.title} | {exercise.points:g} |"


def _exercise(exercise: Exercise) -> str:
    readme = f"../../../../exercises/{exercise.unit}/{exercise.name}/README.md"
    facts = "\n".join(f"- {fact}" for fact in _facts(exercise))
    return (
        f"```{{include}} {readme}\n:relative-images:\n```\n\n"
        f"## In the course\n\n{facts}\n\nGrade it with `grade {exercise.name}`.\n"
    )


def _facts(exercise: Exercise) -> Iterator[str]:
    yield f"Unit `{exercise.unit}`, {exercise.points:g} points."
    kind = "Questions" if exercise.questions else "Tasks"
    yield f"{kind}: " + ", ".join(f"`{task}`" for task in exercise.task_names) + "."
    if exercise.requires:
        links = (f"`{name}`" for name in exercise.requires)
        yield f"It uses your code of {', '.join(links)}."
