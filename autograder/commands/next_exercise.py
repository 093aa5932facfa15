"""``gradus next``: the exercise that comes next, and what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import typer

from autograder.course.exercise_texts import PRIMER, primer_of
from autograder.course.kit_folder import kit_of
from autograder.course.reading import Course, Exercise
from autograder.course.working_directory import from_here, own_course
from autograder.results.progress import next_exercise, passes_now, read_progress
from framework.commands.options import CourseOption
from framework.commands.output import say
from framework.text_files import read_text

#: Names of exercises in a text, as in ``the exercises `rnn` and `lstm```.
_NAMED = re.compile(r"\bexercises?((?:(?:,|\s+and)?\s+`\w+`)+)")


def show_next(
    core: Annotated[
        bool, typer.Option("--core", help="Only exercises of the core of the course.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Show the exercise that comes next: the first one that does not pass now.

    `grade EXERCISE --watch` goes on to the next exercise by itself when one passes.
    """
    chosen = own_course(course)
    exercises = [each for each in chosen.select() if each.core or not core]
    coming = next_exercise(chosen, exercises)
    if coming is None:
        say(f"All {len(exercises)} exercises{' of the core' * core} have passed.")
        return
    for line in introduction(chosen, coming):
        say(line)


def introduction(course: Course, exercise: Exercise) -> Iterator[str]:
    """Yield what is to be known before `exercise` is begun, and the commands for it."""
    minutes = f"about {exercise.minutes} minutes" if exercise.minutes else ""
    facts = [*filter(None, ("core" if exercise.core else "", minutes))]
    more = f" ({', '.join(facts)})" if facts else ""
    yield f"Next: {exercise.name}, {exercise.title}{more}, in {from_here(exercise.stub)}"
    known = read_progress(course)
    if not known and primer_of(course):
        yield f"Before the first exercise: `gradus show {PRIMER}`"
    if exercise.requires or exercise.borrows:
        passed = {
            name: passes_now(name, course, known) and known[name].is_used
            for name in exercise.requires
        }
        needed = [f"{name} ({'passed' if done else 'not passed'})" for name, done in passed.items()]
        yield f"It needs {', '.join([*needed, *exercise.borrows])}."
    if kit_of(course.root) and (missing := _named_and_missing(course, exercise)):
        yield f"Its text names {', '.join(missing)}, not in this kit."
    yield f"  gradus show {exercise.name}    says what to do"
    yield f"  grade {exercise.name} --watch  grades it each time you save it"


def _named_and_missing(course: Course, exercise: Exercise) -> list[str]:
    """Return the exercises that the text of `exercise` names and the course does not have."""
    text = read_text(exercise.readme) if exercise.readme.is_file() else ""
    named = {name for names in _NAMED.findall(text) for name in re.findall(r"\w+(?=`)", names)}
    return sorted(named - set(course.exercise_names))
