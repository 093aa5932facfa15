"""All steps of `gradus check` for one exercise, from the cheapest to the dearest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from autograder.authoring import files, graded, texts
from autograder.authoring.problems import Checked, Problem
from autograder.course.reading import Exercise
from autograder.grading.setting import Setting
from autograder.record.results import CheckResult
from framework.errors import GradusError

#: A step: what it is called, and what it yields.
Step = tuple[str, Callable[[], Iterable[Problem]]]

#: What is said about a step that cannot be taken.
WAITS = "what is wrong above comes first"


def checked(setting: Setting, name: str) -> list[Checked]:
    """Look at everything that an author of the exercise `name` can get wrong.

    A step that raises an error is a problem; steps that depend on it are left out.
    """
    try:
        exercise = setting.course.exercise(name)
    except GradusError as error:
        return [Checked("files", (Problem(str(error), "correct the named line"),))]
    found = [_taken(*step) for step in _reading(setting, exercise)]
    if found[0].problems:
        return [*found, *(Checked(step, left_out=WAITS) for step in ("solution", "grading"))]
    results: list[CheckResult] = []
    found.append(_solution(setting, exercise, results))
    if not found[-1].is_sound:
        return [*found, Checked("grading", left_out=WAITS)]
    return found + [_taken(*step) for step in _grading(setting, exercise, results)]


def _taken(step: str, problems: Callable[[], Iterable[Problem]]) -> Checked:
    try:
        return Checked(step, tuple(problems()))
    except GradusError as error:
        return Checked(step, (Problem(str(error), "see the message"),))


def _reading(setting: Setting, exercise: Exercise) -> Iterator[Step]:
    """Yield the steps that grade nothing; the first decides whether grading makes sense."""
    yield "files", lambda: [*files.missing_files(exercise), *files.lists(exercise)]
    yield "stub up to date", lambda: files.drift(exercise)
    yield "text", lambda: texts.readme(exercise)
    yield "hints", lambda: texts.hints(exercise)
    if exercise.tasks:
        yield "promises", lambda: texts.promises(exercise)
        yield "examples", lambda: texts.examples(setting.course, exercise)
        yield "thresholds", lambda: files.thresholds(exercise)


def _solution(setting: Setting, exercise: Exercise, results: list[CheckResult]) -> Checked:
    """Grade the solution; `results` gets the results of its checks."""

    def problems() -> Iterator[Problem]:
        results.extend(graded.solution_results(setting, exercise))
        fix = f"`grade {exercise.name} --submission solutions` shows why"
        yield from graded.failing(results, "the solution", fix)

    return _taken("solution passes", problems)


def _grading(setting: Setting, exercise: Exercise, results: list[CheckResult]) -> Iterator[Step]:
    """Yield the steps that need the results of the solution, or grade further answers."""
    yield "points", lambda: graded.points(exercise, results)
    if exercise.tasks:
        yield "hints of checks", lambda: graded.check_hints(results)
        yield "stub gets 0", lambda: graded.stub(setting, exercise)
    yield "mistakes", lambda: graded.mistakes(setting, exercise)
    if exercise.tasks:
        yield "alternates", lambda: graded.alternates(setting, exercise)
        shown = ", ".join(["numpy", *graded.backends_of(setting, exercise)])
        yield f"backends ({shown})", lambda: graded.backends(setting, exercise)
