"""Checks under plain pytest: the exercise is prepared from the folder, and failures are short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.checks.failures import CheckFailed
from autograder.course.reading import find_course
from autograder.grading.collector import call_at_fault, title_of
from autograder.grading.grader import Grader
from autograder.grading.setting import Setting
from autograder.grading.under_test import ExerciseUnderTest
from autograder.isolation.host.calls import CallLog
from autograder.isolation.host.faults import SubmissionFault
from autograder.isolation.host.output import shown
from autograder.isolation.sandboxes import choose
from autograder.record.results import MAX_FACT, MAX_MESSAGE
from autograder.submissions.submission import load_submission
from framework.errors import GradusError
from framework.providers.plugins import Plugins


@contextmanager
def standalone_exercise(test_file: Path) -> Iterator[ExerciseUnderTest]:
    """Prepare the exercise under test for plain pytest: the folder's own files, NumPy, seed 0."""
    course = find_course(test_file.parent)
    name = test_file.stem.removeprefix("test_").removesuffix("_hidden")
    exercise = course.exercise(name)
    setting = Setting(course, Plugins(course=course), choose("auto"))
    names = (name, *exercise.requires)
    with load_submission(course.root / "exercises", course, names) as submission:
        submission.require(name)
        grader = Grader(setting, submission)
        try:
            with grader.under_test(exercise) as under_test:
                yield under_test
        finally:
            grader.close()


def short_failure(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the failure in a few lines; empty for an exception that is not one of gradus's."""
    error = excinfo.value
    if not isinstance(error, CheckFailed | SubmissionFault | GradusError):
        return ""
    under_test = _under_test(item)
    calls = under_test.session.calls if under_test is not None else CallLog()
    printed = under_test.session.printed() if under_test is not None else ""
    facts = [shown(str(error), MAX_MESSAGE), *(shown(f, MAX_FACT) for f in _facts(error, calls))]
    lines = [f"{_place(item, excinfo)}: {title_of(item)}", "", *facts]
    return "\n".join([*lines, *_block("printed", printed)])


def _under_test(item: pytest.Item) -> ExerciseUnderTest | None:
    values = item.funcargs if isinstance(item, pytest.Function) else {}
    found = values.get("exercise_under_test")
    return found if isinstance(found, ExerciseUnderTest) else None


def _facts(error: BaseException, calls: CallLog) -> Iterator[str]:
    if isinstance(error, CheckFailed):
        yield from error.details
        yield from _block("call", call_at_fault(error, calls).text)
    if isinstance(error, SubmissionFault):
        yield from _block("call", error.call)
        for frame in error.frames[-2:]:
            yield from _block("line", f"{frame.place}, in {frame.function}")


def _block(label: str, text: str) -> list[str]:
    return [f"  {label:<8} {line}" for line in text.strip().splitlines()]


def _place(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the line of the check itself."""
    own = [entry for entry in excinfo.traceback if Path(entry.path) == item.path]
    return f"{item.path.name}:{own[0].lineno + 1}" if own else item.path.name
