"""The rules over the checks of one exercise: each decides by evidence, and records its reason."""

import pytest

from autograder.judging.rules import (
    confirmation,
    derivation,
    judged,
    refusal,
    runs_again,
    unconfirmed_notes,
)
from autograder.results.report import CheckResult, Evidence, ExerciseResult, Reason, TaskResult
from autograder.verdicts import Verdict


def check(name, verdict=Verdict.PASSED, *, task="clip", hidden=False, **evidence):
    return CheckResult(
        name, f"check {name}", task, hidden, 2.0, verdict, evidence=Evidence(**evidence)
    )


def result_of(*checks):
    return ExerciseResult("e", "u", "", tuple(TaskResult(check.task, (check,)) for check in checks))


def verdicts(result):
    return [check.verdict for check in result.checks]


def test_a_late_call_and_a_fault_of_the_grader_run_again():
    assert runs_again(check("a", Verdict.TIMED_OUT, stalled=True))
    assert runs_again(check("a", Verdict.NOT_GRADED))
    assert not runs_again(check("a", Verdict.TIMED_OUT))
    assert not runs_again(check("a", Verdict.FAILED))


CHANCE = "clip raises an exception whatever it is given, and so here by chance"
WAITS = "it counts once clip gives a right answer: all others are wrong so far"
REFUSES = check("b", refused=("clip",))


@pytest.mark.parametrize(
    ("others", "verdict", "message"),
    [
        ([check("a", Verdict.CRASHED)], Verdict.FAILED, CHANCE),
        ([check("a", answered=("other",))], Verdict.FAILED, CHANCE),
        ([check("a", Verdict.BLOCKED)], Verdict.BLOCKED, CHANCE),
        ([check("a", answered=("clip",))], Verdict.PASSED, ""),
        # Zeros at the first call and an exception ever after would earn all such checks.
        ([check("a", Verdict.FAILED, answered=("clip",))], Verdict.BLOCKED, WAITS),
    ],
)
def test_an_exception_earns_points_only_from_what_answers_right_otherwise(others, verdict, message):
    result = refusal(result_of(*others, REFUSES))
    *same, refused = result.checks
    assert same == others
    assert (refused.verdict, refused.message) == (verdict, message)
    assert refused.reasons == ((Reason("refusal", verdict, message),) if message else ())
    assert result.earned == sum(2.0 for item in result.checks if item.verdict is Verdict.PASSED)


def test_one_of_two_methods_that_refuse_must_not_be_right_by_chance():
    passed = check("c", answered=("other",), refused=("clip", "other"))
    assert verdicts(refusal(result_of(passed))) == [Verdict.FAILED]


def test_no_check_counts_in_which_differences_answer_for_gradients():
    late = {"answered": ("Conv1d.forward",), "outlasted": ("Conv1d.backward",)}
    result = derivation(
        result_of(
            check("0", answered=("Conv1d.forward", "Conv1d.backward")),
            check("1", answered=("Conv1d.forward", "PointwiseConv.backward")),
            check("2", Verdict.TIMED_OUT, **late),
            check("3", Verdict.FAILED, answered=("Conv1d.backward",)),
        )
    )
    told = [Verdict.BLOCKED, Verdict.PASSED, Verdict.TIMED_OUT, Verdict.FAILED]
    assert verdicts(result) == told
    message = 'waits for Conv1d.backward, which took too long in the check "check 2"'
    assert result.checks[0].message == message
    in_time = result_of(check("a", answered=("Conv1d.backward",)))
    assert derivation(in_time) is in_time


class TestConfirmation:
    """In a kit a trained check counts where the other public checks of its task pass."""

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
    def test_the_other_checks_of_the_task_confirm_it(self, other, expected):
        same, trained = confirmation(result_of(other, self.TRAINED)).checks
        assert same == other
        assert trained.verdict is expected
        assert bool(trained.message) == (expected is Verdict.NEEDS_GRADER)

    def test_a_trained_check_that_fails_has_failed(self):
        trained = check("t", Verdict.FAILED, unconfirmed=True)
        assert judged(result_of(check("a", Verdict.FAILED), trained)).checks[1] == trained

    def test_the_report_says_what_was_not_compared(self):
        (note,) = unconfirmed_notes([result_of(check("a"), self.TRAINED)])
        assert "test_trained. A kit cannot make it" in note
        assert list(unconfirmed_notes([result_of(check("a"))])) == []
