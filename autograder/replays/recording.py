"""Runs one check as `grade` does, and records what it asked of the submission."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from autograder.course.reading import Course, Exercise
from autograder.grading.checks_run import is_hidden
from autograder.grading.grader import Grader
from autograder.grading.pytest_plugin import id_of
from autograder.grading.setting import Setting
from autograder.isolation import wire
from autograder.isolation.host.callbacks import Callback
from autograder.isolation.host.calls import RemoteCall
from autograder.isolation.host.remote import Session
from autograder.isolation.host.requests import Outcome, Step, steps_in
from autograder.isolation.host.transcript import Transcript
from autograder.isolation.wire import CallbackRef
from autograder.record.results import CheckResult
from autograder.submissions.submission import Submission
from framework.errors import GradusError, UnknownNameError, UsageError


@dataclass
class Request:
    """One request of a check, as it was sent, and its answer.

    Attributes:
        made: the call behind each step.
        outcomes: of the steps; none if the request has failed.
    """

    frame: bytes
    made: tuple[RemoteCall, ...]
    outcomes: Sequence[Outcome] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the request."""
        return steps_in(self.frame)


class RecordedCalls:
    """A conversation with the submission, of which every request is recorded.

    Args:
        inner: the conversation itself.

    Attributes:
        requests: those of the check, in order.
        callbacks: the callbacks that they passed, by number, in their state at that time.
    """

    def __init__(self, inner: Session) -> None:
        self._inner = inner
        self.transcript: Transcript | None = None  # the requests themselves are kept
        self.calls = inner.calls
        self.uncontained: tuple[str, ...] = ()
        self.requests: list[Request] = []
        self.callbacks: dict[int, Callback] = {}

    def begin(self) -> None:
        """Start a check: what an earlier one has asked is forgotten."""
        self._inner.begin()
        self.requests.clear()
        self.callbacks.clear()

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Record the request, and run its steps."""
        frame = wire.encode({"steps": [step.plain() for step in steps]}, self._stand_in)
        try:
            outcomes = self._inner.run(steps)
        except BaseException:
            self.requests.append(Request(frame, self.calls.made))
            raise
        self.requests.append(Request(frame, self.calls.made, outcomes))
        return outcomes

    def printed(self) -> str:
        """Return what was printed since the last call."""
        return self._inner.printed()

    def close(self) -> None:
        """End the conversation."""
        self._inner.close()

    def _stand_in(self, value: object) -> CallbackRef:
        """Return what is recorded for a callback: its number among them."""
        if not isinstance(value, Callback):
            raise wire.WireError(f"a {type(value).__name__}")
        number = len(self.callbacks) + 1
        self.callbacks[number] = copy.deepcopy(value)
        return CallbackRef(number, value.name, value.methods, value.attributes)


@dataclass(frozen=True)
class RecordedCheck:
    """A check that has run, and what it asked of the submission.

    Attributes:
        requests: in order; none if the submission could not even be imported.
    """

    exercise: Exercise
    result: CheckResult
    requests: tuple[Request, ...]
    callbacks: dict[int, Callback]


class _Recorder(Grader):
    """A grader that records the calls of the checks."""

    recorded: RecordedCalls

    def _session(self, exercise: Exercise) -> Session:
        self.recorded = RecordedCalls(super()._session(exercise))
        return self.recorded


class OneCheck:
    """Leaves out every check but the public one with this id.

    Attributes:
        public: the ids of all public checks.
    """

    def __init__(self, check: str) -> None:
        self._check = check
        self.public: list[str] = []

    def select(self, items: list[pytest.Item]) -> None:
        """Keep the one check."""
        self.public = [id_of(item) for item in items if not is_hidden(item)]
        chosen = self._check if self._check in self.public else ""
        items[:] = [item for item in items if id_of(item) == chosen]


def exercise_of(check: str, course: Course, *, hidden: bool = False) -> Exercise:
    """Return the exercise of the check with the id ``test_EXERCISE.py::TEST``.

    Args:
        hidden: whether a hidden check may be meant.

    Raises:
        UsageError: it is no id of a public check.
        UnknownNameError: the course has no such exercise.
    """
    file, _, test = check.partition("::")
    if not (file.startswith("test_") and file.endswith(".py") and test):
        raise UsageError(
            f"'{check}' is no check: expected test_EXERCISE.py::TEST, as `grade` shows it in the "
            "line `replay`"
        )
    name = file.removeprefix("test_").removesuffix(".py")
    if name.endswith("_hidden") and name not in course.exercise_names:
        if hidden:
            return course.exercise(name.removesuffix("_hidden"))
        raise UsageError(f"{check} is a hidden check: only public checks can be replayed")
    return course.exercise(name)


def record(check: str, setting: Setting, submission: Submission) -> RecordedCheck:
    """Run the public check with the id `check`, and record its calls.

    Raises:
        UnknownNameError: there is no such check.
    """
    exercise, one = exercise_of(check, setting.course), OneCheck(check)
    grader = _Recorder(setting, submission)
    try:
        with grader.under_test(exercise) as under_test:
            (result,) = grader.run(under_test, select=one.select)
            recorded = grader.recorded
            return RecordedCheck(exercise, result, tuple(recorded.requests), recorded.callbacks)
    except GradusError:
        if not one.public or check in one.public:
            raise
        raise UnknownNameError("check", check, one.public) from None
    finally:
        grader.close()
