"""Checks count only where the gradients that answer are derived, and not differences."""

from __future__ import annotations

from autograder.record.derivations import without_differences
from autograder.record.results import CheckResult, ExerciseResult, TaskResult
from autograder.verdicts import Verdict


def graded(*checks):
    """The result of checks, each given by its verdict, what answered and what took too long."""
    made = tuple(
        CheckResult(
            f"{i}", f"check {i}", "Conv1d", False, 2.0, verdict, answered=answered, outlasted=slow
        )
        for i, (verdict, answered, slow) in enumerate(checks)
    )
    return without_differences(ExerciseResult("e", "u", "", (TaskResult("Conv1d", made),)))


def test_no_check_counts_in_which_differences_answer():
    result = graded(
        (Verdict.PASSED, ("Conv1d.forward", "Conv1d.backward"), ()),
        (Verdict.PASSED, ("Conv1d.forward", "PointwiseConv.backward"), ()),
        (Verdict.TIMED_OUT, ("Conv1d.forward",), ("Conv1d.backward",)),
        (Verdict.FAILED, ("Conv1d.backward",), ()),
    )
    verdicts = [check.verdict for check in result.checks]
    assert verdicts == [Verdict.BLOCKED, Verdict.PASSED, Verdict.TIMED_OUT, Verdict.FAILED]
    assert result.checks[0].message == (
        'waits for Conv1d.backward, which took too long in the check "check 2"'
    )


def test_a_backward_in_time_changes_nothing():
    result = graded((Verdict.PASSED, ("Conv1d.backward",), ()))
    assert without_differences(result) is result
