"""A check of wrong arguments counts only for what answers right ones."""

from __future__ import annotations

from autograder.record.refusals import without_empty_refusals
from autograder.record.results import CheckResult, ExerciseResult, TaskResult
from autograder.verdicts import Verdict


def graded(*checks):
    """The verdicts of checks, each given by its verdict, what answered and what refused."""
    made = tuple(
        CheckResult(f"{i}", "", "clip", False, 2.0, verdict, answered=answered, refused=refused)
        for i, (verdict, answered, refused) in enumerate(checks)
    )
    result = without_empty_refusals(ExerciseResult("e", "u", "", (TaskResult("clip", made),)))
    return [check.verdict for check in result.checks], result


def test_what_raises_whatever_it_is_given_earns_nothing():
    verdicts, result = graded(
        (Verdict.CRASHED, (), ()),
        (Verdict.PASSED, (), ("clip",)),
        (Verdict.PASSED, ("other",), ("clip", "other")),
    )
    assert verdicts == [Verdict.CRASHED, Verdict.FAILED, Verdict.FAILED]
    assert result.earned == 0
    assert result.checks[1].message.startswith("clip raises an exception whatever it is given")


def test_one_right_answer_anywhere_is_enough():
    verdicts, result = graded((Verdict.PASSED, ("clip",), ()), (Verdict.PASSED, (), ("clip",)))
    assert verdicts == [Verdict.PASSED, Verdict.PASSED]
    assert result.earned == 4.0


def test_wrong_answers_are_not_enough():
    """Zeros at the first call and an exception ever after would earn all checks of exceptions."""
    verdicts, result = graded((Verdict.FAILED, ("clip",), ()), (Verdict.PASSED, (), ("clip",)))
    assert verdicts == [Verdict.FAILED, Verdict.BLOCKED]
    assert result.earned == 0.0
    assert result.checks[1].message.startswith("it counts once clip gives a right answer")
