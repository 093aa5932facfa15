"""Which exercise a file belongs to: by its name, by a notebook's metadata, or by its tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from autograder.course.questions.sections import exercise_mark, exercise_of
from autograder.course.reading import QUESTIONS, Course
from autograder.course.source import decode, definitions, parse
from autograder.submissions.candidates import Candidate, suffix
from autograder.submissions.names import meant_exercise
from framework.errors import BadInputError


def recognised(
    candidate: Candidate, course: Course, wanted: Collection[str], *, by_tasks: bool
) -> str:
    """Return the exercise that `candidate` belongs to; empty for none.

    Its own name counts most, then what a notebook says of itself, its tasks, and last a name with
    an addition, as ``rnn-1.py``.

    Args:
        wanted: the exercises that are read; the descriptions of others are not needed.
        by_tasks: whether a file of any name is known by the tasks that it defines.

    Raises:
        BadInputError: with `by_tasks`, the exercise is ambiguous.
    """
    stem = candidate.inner.stem
    if suffix(candidate.inner) == ".md":
        return _of_markdown(candidate, course, wanted, by_tasks)
    if stem in course.exercise_names and suffix(candidate.inner) == ".py":
        return stem
    if suffix(candidate.inner) == ".ipynb" and (found := _of_notebook(candidate, course, by_tasks)):
        return found
    meant = meant_exercise(stem, course.exercise_names)
    try:
        return _by_tasks(candidate, course) if by_tasks else meant
    except BadInputError:
        if meant:
            return meant
        raise


def _of_markdown(
    candidate: Candidate, course: Course, wanted: Collection[str], is_all: bool
) -> str:
    """Return the exercise whose questions `candidate` answers: by its mark, name or folder."""
    inner = candidate.inner
    marked = exercise_of(candidate.read()[: 1 << 14].decode("utf-8", "replace"))
    folder = inner.parent.name if inner.name.lower() == QUESTIONS else ""
    meant = meant_exercise(inner.stem, course.exercise_names)
    for name in (marked, inner.stem, folder, meant):
        if name in course.exercise_names and (
            name not in wanted or course.exercise(name).questions
        ):
            return name
    if is_all or _is_meant(inner, course):
        raise BadInputError(
            f"{candidate.shown} belongs to no exercise: expected a line "
            f"{exercise_mark('NAME')} with the name of its exercise. `gradus list` shows all"
        )
    return ""


def _is_meant(inner: PurePosixPath, course: Course) -> bool:
    """Return whether a file of this name should answer questions of `course`."""
    is_named = inner.name.lower() == QUESTIONS
    return is_named and any(course.exercise(name).questions for name in course.exercise_names)


def _of_notebook(candidate: Candidate, course: Course, by_tasks: bool) -> str | None:
    from autograder.submissions.notebooks import notebook_exercise, read_notebook

    stem = candidate.inner.stem
    try:
        notebook = read_notebook(candidate.read(), candidate.shown)
    except BadInputError:
        meant = meant_exercise(stem, course.exercise_names)
        if by_tasks and not meant:
            raise
        # A notebook named after an exercise is reported; other notebooks are ignored.
        return meant or None
    return notebook_exercise(notebook, stem, course)


def _by_tasks(candidate: Candidate, course: Course) -> str:
    """Return the exercise of which `candidate` defines most tasks."""
    defined = set(_defined_names(candidate))
    counts = {e.name: len(defined.intersection(e.task_names)) for e in course.code_exercises}
    best = [name for name, count in counts.items() if count == max(counts.values()) > 0]
    if len(best) == 1:
        return best[0]
    reason = f"it could be {' or '.join(best)}" if best else "it defines no task of the course"
    raise BadInputError(
        f"{candidate.shown} belongs to no exercise: {reason}. Name it after its exercise, as in "
        f"{(best or course.exercise_names)[0]}{candidate.inner.suffix}"
    )


def _defined_names(candidate: Candidate) -> Iterable[str]:
    if suffix(candidate.inner) == ".ipynb":
        from autograder.submissions.notebooks import (
            meant_definitions,
            notebook_module,
            read_notebook,
        )

        notebook = read_notebook(candidate.read(), candidate.shown)
        return {*notebook_module(notebook).defined, *meant_definitions(notebook)}
    source = decode(candidate.read(), candidate.shown)
    try:
        return definitions(parse(source))
    except SyntaxError as error:
        raise BadInputError(
            f"{candidate.shown}, line {error.lineno or 1}: {error.msg}. Name the file after its "
            "exercise to have it graded all the same"
        ) from None
