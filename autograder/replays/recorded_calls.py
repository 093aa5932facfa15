"""Runs one check as `grade` does, and records what it asked of the submission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from autograder.course.reading import Course, Exercise
from autograder.grading.checks_run import Selection, is_hidden
from autograder.grading.grader import Grader
from autograder.grading.pytest_plugin import id_of
from autograder.grading.setting import GradingSetting
from autograder.results.report import CheckResult
from autograder.sandbox.session.inline import CallbackTable
from autograder.sandbox.session.requests import Outcome, Step
from autograder.sandbox.session.session import Exchange, ForwardingSession, Session, request_frame
from autograder.submissions.submission import Submission
from framework.errors import UnknownNameError, UsageError


class RecordedCalls(ForwardingSession):
    """A conversation with the submission, of which every request is recorded.

    It has no transcript, which would forget a check that breaks off, or that asks for much.
    """

    def __init__(self, inner: Session) -> None:
        super().__init__(inner)
        self.exchanges: list[Exchange] = []  # a request that has failed has no outcomes
        self._callbacks = CallbackTable()

    def begin(self, check: str = "") -> None:
        """Start a check: what an earlier one has asked is forgotten."""
        super().begin(check)
        self.exchanges.clear()
        self._callbacks.forget()

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Forget the requests of a block that ends; those of a block that fails say why."""
        count = len(self.exchanges)
        yield
        del self.exchanges[count:]

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Record the request, and run its steps."""
        frame = request_frame(steps, self._callbacks.stand_in)
        callbacks, outcomes = self._callbacks.new(), list[Outcome]()
        try:
            outcomes = super().run(steps)
        finally:
            made = tuple(self.calls.made)
            self.exchanges.append(Exchange(frame, tuple(outcomes), calls=made, callbacks=callbacks))
        return outcomes


@dataclass(frozen=True)
class ReplayedCheck:
    """A check that has run, and what it asked of the submission."""

    exercise: Exercise
    result: CheckResult
    exchanges: tuple[Exchange, ...]  # none if the submission could not even be imported


def one_check(check: str) -> Selection:
    """Leave out every check but the public one with the id `check`.

    Raises:
        UnknownNameError: there is no such check; the selection raises it.
    """

    def select(items: list[pytest.Item]) -> None:
        public = [id_of(item) for item in items if not is_hidden(item)]
        if check not in public:
            raise UnknownNameError("check", check, public)
        items[:] = [item for item in items if id_of(item) == check]

    return select


def exercise_of(check: str, course: Course, *, decided: bool = False) -> Exercise:
    """Return the exercise of the check with the id ``test_EXERCISE.py::TEST``.

    Args:
        decided: whether a hidden check or a written question may be meant, as
            ``questions.md::QUESTION`` or ``EXERCISE::QUESTION``.

    Raises:
        UsageError: it is no id of a public check.
        UnknownNameError: the course has no such exercise.
    """
    file, _, test = check.partition("::")
    if decided and not file.startswith("test_"):
        exercises = map(course.exercise, course.exercise_names)
        asking = [
            exercise
            for exercise in exercises
            if file in (exercise.name, exercise.stub.name)
            and test in (question.id for question in exercise.questions)
        ]
        if len(asking) > 1:
            names = ", ".join(f"{exercise.name}::{test}" for exercise in asking)
            raise UsageError(f"several exercises ask '{test}': choose one of {names}")
        if asking:
            return asking[0]
    if not (file.startswith("test_") and file.endswith(".py") and test):
        form = "test_EXERCISE.py::TEST, as `grade` shows it in the line `replay`"
        if decided:
            form += f", or of written questions {_question_form(file, course)}"
        raise UsageError(f"'{check}' is no check: expected {form}")
    name = file.removeprefix("test_").removesuffix(".py")
    if name.endswith("_hidden") and name not in course.exercise_names:
        if decided:
            return course.exercise(name.removesuffix("_hidden"))
        raise UsageError(f"{check} is a hidden check: only public checks can be replayed")
    return course.exercise(name)


def _question_form(name: str, course: Course) -> str:
    """Return how the questions of the exercise `name` are called; of another name, the form."""
    questions = course.exercise(name).questions if name in course.exercise_names else ()
    ids = [f"{name}::{question.id}" for question in questions]
    return ", ".join(ids) or "EXERCISE::QUESTION"


def record(check: str, setting: GradingSetting, submission: Submission) -> ReplayedCheck:
    """Run the public check with the id `check`, and record its calls.

    Raises:
        UnknownNameError: there is no such check.
    """
    exercise = exercise_of(check, setting.course)
    grader = Grader(setting, submission)
    try:
        with grader.under_test(exercise) as under_test:
            under_test.session = recorded = RecordedCalls(under_test.session)
            (result,) = grader.run(under_test, select=one_check(check))
            return ReplayedCheck(exercise, result, tuple(recorded.exchanges))
    finally:
        grader.close()
