"""The files of an exercise: there, readable, and in agreement with each other."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.audit.equivalents import load_equivalents
from autograder.authoring.problems import Faults, Problem, advice
from autograder.course.mistakes import load_mistakes
from autograder.course.questions.answers import load_key
from autograder.course.reading import Exercise
from autograder.course.stubs import require_tasks, stub_file


def missing_files(exercise: Exercise) -> Iterator[Problem]:
    """Yield a problem for each file that an exercise needs and that is missing."""
    needed = {exercise.readme: "the text of the exercise", exercise.solution: "the solution"}
    if exercise.tasks:
        needed |= {exercise.tests: "the public checks", exercise.hidden_tests: "the hidden checks"}
    for file, what in needed.items():
        if not file.is_file():
            yield Problem(
                f"{file} is missing: {what}",
                "write it; `gradus new exercise UNIT/NAME` shows a complete exercise",
            )


def lists(exercise: Exercise) -> Iterator[Problem]:
    """Yield the problems of mistakes.toml, equivalents.toml and of the key of questions."""
    faults = Faults()
    with faults.caught("correct the named line"):
        if exercise.questions:
            load_key(exercise)
        else:
            solution = exercise.solution_source()
            require_tasks(exercise, solution)
            for mistake in load_mistakes(exercise):
                mistake.apply(solution)
    with faults.caught("correct the named line; every group of equivalents needs a reason"):
        if exercise.tasks:
            load_equivalents(exercise)
    yield from faults.found


def drift(exercise: Exercise) -> Iterator[Problem]:
    """Yield a problem if the stub is not what the solution gives."""
    faults = Faults()
    with faults.caught("correct the region in the solution"):
        if stub_file(exercise).drifted:
            yield Problem(
                f"{exercise.stub} is not the stub of the solution",
                "`gradus stubs` writes it; `gradus stubs --force` also over edits",
            )
    yield from faults.found


def thresholds(exercise: Exercise) -> Iterator[Problem]:
    """Yield the thresholds that no check measures, and advice for those that are chosen."""
    files = (exercise.tests, exercise.hidden_tests)
    checks = "".join(file.read_text("utf-8") for file in files if file.is_file())
    for name, threshold in exercise.thresholds.items():
        if f'"{name}"' not in checks and f"'{name}'" not in checks:
            yield Problem(
                f"{exercise.toml}: no check measures the metric '{name}' of [thresholds]",
                f'use the fixture: metric_threshold("{name}", ...), or remove the threshold',
            )
        elif not threshold.seeds:
            yield advice(
                f"{exercise.toml}: the threshold of '{name}' is chosen, not measured",
                f"`gradus calibrate {exercise.name}` measures it with its error rate",
            )
