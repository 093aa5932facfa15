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
    return ExerciseResult("e", "u", "", tuple(TaskResult(one.task, (one,)) for one in checks))


def verdicts(result):
    return [check.verdict for check in result.checks]


def test_a_late_call_and_a_fault_of_the_grader_run_again():
    assert runs_again(check("a", Verdict.TIMED_OUT, stalled=True))
    assert runs_again(check("a", Verdict.NOT_GRADED))
    assert not runs_again(check("a", Verdict.TIMED_OUT))
    assert not runs_again(check("a", Verdict.FAILED))


class TestRefusal:
    """A check of wrong arguments counts only for what answers right ones."""

    def test_what_raises_whatever_it_is_given_earns_nothing(self):
        result = refusal(
            result_of(
                check("a", Verdict.CRASHED),
                check("b", refused=("clip",)),
                check("c", answered=("other",), refused=("clip", "other")),
            )
        )
        assert verdicts(result) == [Verdict.CRASHED, Verdict.FAILED, Verdict.FAILED]
        assert result.earned == 0
        message = "clip raises an exception whatever it is given, and so here by chance"
        assert result.checks[1].message == message
        assert result.checks[1].reasons == (Reason("refusal", Verdict.FAILED, message),)

    def test_it_waits_where_other_checks_are_blocked(self):
        result = refusal(result_of(check("a", Verdict.BLOCKED), check("b", refused=("clip",))))
        assert verdicts(result) == [Verdict.BLOCKED, Verdict.BLOCKED]

    def test_one_right_answer_anywhere_is_enough(self):
        result = refusal(result_of(check("a", answered=("clip",)), check("b", refused=("clip",))))
        assert verdicts(result) == [Verdict.PASSED, Verdict.PASSED]
        assert not result.checks[1].reasons
        assert result.earned == 4.0

    def test_wrong_answers_are_not_enough(self):
        """Zeros at the first call and an exception ever after would earn all such checks."""
        result = refusal(
            result_of(check("a", Verdict.FAILED, answered=("clip",)), check("b", refused=("clip",)))
        )
        assert verdicts(result) == [Verdict.FAILED, Verdict.BLOCKED]
        assert result.earned == 0.0
        assert result.checks[1].message.startswith("it counts once clip gives a right answer")


class TestDerivation:
    """Checks count only where the gradients that answer are derived, and not differences."""

    def test_no_check_counts_in_which_differences_answer(self):
        result = derivation(
            result_of(
                check("0", answered=("Conv1d.forward", "Conv1d.backward")),
                check("1", answered=("Conv1d.forward", "PointwiseConv.backward")),
                check(
                    "2",
                    Verdict.TIMED_OUT,
                    answered=("Conv1d.forward",),
                    outlasted=("Conv1d.backward",),
                ),
                check("3", Verdict.FAILED, answered=("Conv1d.backward",)),
            )
        )
        assert verdicts(result) == [
            Verdict.BLOCKED,
            Verdict.PASSED,
            Verdict.TIMED_OUT,
            Verdict.FAILED,
        ]
        assert result.checks[0].message == (
            'waits for Conv1d.backward, which took too long in the check "check 2"'
        )

    def test_a_backward_in_time_changes_nothing(self):
        result = result_of(check("a", answered=("Conv1d.backward",)))
        assert derivation(result) is result


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
