"""Changed solutions, handed in and graded, with what each check has asked of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from graded_changes import Graded, GradedChanges

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Course, find_course
from autograder.grading.checks_run import Selection


@pytest.fixture(scope="session")
def course() -> Course:
    return find_course()


@pytest.fixture(scope="session")
def hand_in(course: Course) -> Callable[..., Graded]:
    """`hand_in("rnn", source)`: graded as a submission, without a diagnosis.

    Solutions of what it requires lie beside it, or what is given as ``required={name: source}``.
    """
    return GradedChanges(course).graded


@pytest.fixture(scope="session")
def with_mistake(course: Course, hand_in: Callable[..., Graded]) -> Callable[..., Graded]:
    """`with_mistake("rnn", "no-bias")`: the solution with a listed mistake, handed in."""

    def with_mistake(name: str, mistake: str) -> Graded:
        exercise = course.exercise(name)
        known = {known.id: known for known in load_mistakes(exercise)}
        return hand_in(name, known[mistake].apply(exercise.solution.read_text("utf-8")))

    return with_mistake


@pytest.fixture(scope="session")
def changed(course: Course, hand_in: Callable[..., Graded]) -> Callable[..., Graded]:
    """`changed("rnn", old, new)`: the solution with another piece of text, handed in."""

    def changed(name: str, *replacements: str, select: Selection | None = None) -> Graded:
        source = course.exercise(name).solution.read_text("utf-8")
        for old, new in zip(replacements[::2], replacements[1::2], strict=True):
            assert source.count(old) == 1, old
            source = source.replace(old, new)
        return hand_in(name, source, select=select)

    return changed
