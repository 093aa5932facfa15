"""In a kit a trained check counts where the other public checks of its task pass."""

from __future__ import annotations

import pytest

from autograder.grading.kit.confirmation import confirmed, unconfirmed_notes
from autograder.record.results import CheckResult, ExerciseResult, TaskResult
from autograder.verdicts import Verdict


def check(name, verdict=Verdict.PASSED, *, task="LM", hidden=False, unconfirmed=False):
    return CheckResult(name, name, task, hidden, 2, verdict, unconfirmed=unconfirmed)


TRAINED = check("test_lm.py::test_trained", unconfirmed=True)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (check("a"), Verdict.PASSED),
        (check("a", Verdict.SKIPPED), Verdict.PASSED),
        (check("a", Verdict.FAILED), Verdict.NEEDS_GRADER),
        (check("a", Verdict.CRASHED), Verdict.NEEDS_GRADER),
        (check("a", Verdict.FAILED, task="other"), Verdict.PASSED),
        (check("a", Verdict.FAILED, hidden=True), Verdict.PASSED),
    ],
)
def test_the_other_checks_of_the_task_confirm_it(other, expected):
    same, trained = confirmed([other, TRAINED])
    assert same == other
    assert trained.verdict is expected
    assert bool(trained.message) == (expected is Verdict.NEEDS_GRADER)


def test_a_trained_check_that_fails_has_failed():
    trained = check("t", Verdict.FAILED, unconfirmed=True)
    assert confirmed([check("a", Verdict.FAILED), trained])[1].verdict is Verdict.FAILED


def test_the_report_says_what_was_not_compared():
    def result(*checks):
        return ExerciseResult("lm", "unit", "title", (TaskResult("LM", checks),))

    (note,) = unconfirmed_notes([result(check("a"), TRAINED)])
    assert "test_trained. A kit cannot make it" in note
    assert list(unconfirmed_notes([result(check("a"))])) == []
