"""Checks under plain pytest: the exercise is prepared from the folder, and failures are short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.checks.equality import CheckFailed
from autograder.course.reading import find_course
from autograder.grading.checks_run import result_of, title_of
from autograder.grading.grader import Grader
from autograder.grading.setting import GradeOptions, open_setting
from autograder.grading.under_test import ExerciseUnderTest
from autograder.judging.ending import NEEDS_GRADER
from autograder.results.commands import OWN_FOLDER
from autograder.results.findings.check_texts import PrintedText
from autograder.results.report import MAX_MESSAGE, CheckResult
from autograder.sandbox.session.faults import NotRecorded, SubmissionFault
from autograder.sandbox.session.process import shown
from autograder.submissions.submission import load_submission
from framework.errors import GradusError

#: Where plain pytest keeps the exercise of the test file that runs, and its grader.
PREPARED: pytest.StashKey[tuple[ExerciseUnderTest, Grader]] = pytest.StashKey()


@contextmanager
def standalone_exercise(test_file: Path, config: pytest.Config) -> Iterator[ExerciseUnderTest]:
    """Prepare the exercise under test for plain pytest: the folder's own files, and NumPy."""
    course = find_course(test_file.parent)
    name = test_file.stem.removeprefix("test_").removesuffix("_hidden")
    exercise = course.exercise(name)
    setting = open_setting(GradeOptions(), course)
    names = [needed.name for needed in course.with_required([exercise])]
    with load_submission(course.root / "exercises", course, names) as submission:
        submission.require(name)
        grader = Grader(setting, submission)
        try:
            with grader.under_test(exercise) as under_test:
                config.stash[PREPARED] = under_test, grader
                yield under_test
        finally:
            if PREPARED in config.stash:
                del config.stash[PREPARED]
            grader.close()


def short_failure(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the failure in a few lines, what to do first; empty for errors of other kinds."""
    error, prepared = excinfo.value, item.config.stash.get(PREPARED, None)
    if not isinstance(error, CheckFailed | SubmissionFault | GradusError):
        return ""
    own = [entry for entry in excinfo.traceback if Path(entry.path) == item.path]
    line = f":{own[0].lineno + 1}" if own else ""  # of the check itself
    location = f"{item.path.name}{line}: {title_of(item)}"
    if prepared is None:  # the exercise cannot even be loaded
        return "\n".join([shown(str(error), MAX_MESSAGE), "", location])
    under_test, grader = prepared
    (check,) = grader.explained(under_test, [result_of(item, under_test, error, 0.0)])
    # What helps most: the mistake where it is known, and the hint.
    first = [check.diagnosis.sentence if check.diagnosis is not None else check.message]
    if hint := check.best_hint:
        first.append(f"hint: {hint}")
    return "\n".join([*first, "", location, *_facts(check)])


def open_check(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return why only the course's grader can decide the check; empty if it is decided."""
    return NEEDS_GRADER if isinstance(excinfo.value, NotRecorded) else ""


def _facts(check: CheckResult) -> Iterator[str]:
    if check.diagnosis is not None:
        yield check.message
    yield from check.details
    yield from _block("call", check.call)
    yield from _block("with", "\n".join(check.arguments))
    for frame in check.frames[-2:]:
        yield from _block("line", f"{frame.place}, in {frame.function}")
    for printed in check.of(PrintedText):
        yield from _block("printed", printed.text)
    yield from _block("replay", OWN_FOLDER.replay(check))


def _block(label: str, text: str) -> list[str]:
    return [f"  {label:<8} {line}" for line in text.strip().splitlines()]
