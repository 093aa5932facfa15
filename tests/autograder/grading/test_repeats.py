"""Faults of the grader are tried again, and lasting faults are reported as not graded."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from recorded_log import recorded_log

from autograder.grading.request import TRIES, graded_once, repeated
from autograder.judging.rules import is_open
from autograder.results.report import CheckResult, Evidence, ExerciseResult, TaskResult
from autograder.sandbox.session.faults import InfrastructureFault
from autograder.verdicts import Verdict

EXERCISE = SimpleNamespace(
    name="rnn",
    unit="unit",
    title="RNN",
    points_of=lambda task: 3,
    optional_tasks=frozenset(),
    task_names=("RNN", "Loss"),
)
NAMES = ("forward", "backward", "loss")


def result_of(**verdicts):
    """A result with a check of two points for each of `NAMES`; they pass unless told otherwise."""
    checks = [
        CheckResult(name, name, "Loss" if name == "loss" else "RNN", False, 2, verdict)
        for name in NAMES
        if (verdict := verdicts.get(name, Verdict.PASSED)) is not None
    ]
    tasks = [
        TaskResult(task, tuple(check for check in checks if check.task == task))
        for task in EXERCISE.task_names
    ]
    return ExerciseResult("rnn", "unit", "RNN", tuple(task for task in tasks if task.checks))


class Grader:
    """Gives one outcome after the other; an exception is raised."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.asked = []

    def grade(self, exercise, on_check=None, select=None):
        items = [SimpleNamespace(nodeid=name) for name in sorted(NAMES)]
        if select is not None:
            select(items)
        self.asked.append(tuple(item.nodeid for item in items) if select is not None else ())
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


OPEN = Verdict.NOT_GRADED


def test_a_result_without_faults_is_final():
    assert not is_open(result_of(forward=Verdict.FAILED, loss=Verdict.TIMED_OUT))
    assert is_open(result_of(loss=OPEN))


def test_only_the_checks_that_say_nothing_are_run_again():
    again = result_of(forward=None, backward=OPEN, loss=Verdict.FAILED)
    grader = Grader(again, result_of(forward=None, loss=None))
    first = result_of(backward=OPEN, loss=OPEN)
    final = repeated(grader, EXERCISE, first)
    assert grader.asked == [("backward", "loss"), ("backward",)]
    verdicts = [check.verdict for check in final.checks]
    assert verdicts == [Verdict.PASSED, Verdict.PASSED, Verdict.FAILED]
    assert (final.earned, final.possible, final.not_graded) == (4, 6, 0)


def test_a_fault_that_stays_is_tried_three_times_and_its_points_stay_open():
    grader = Grader(*[result_of(forward=None, backward=None, loss=OPEN)] * (TRIES - 1))
    with recorded_log() as lines:
        final = repeated(grader, EXERCISE, result_of(loss=OPEN))
    assert TRIES == 3
    assert [line.partition("retries: ")[2] for line in lines] == [
        "rnn: 1 checks, try 2 of 3",
        "rnn: 1 checks, try 3 of 3",
    ]
    assert grader.outcomes == []
    assert (final.earned, final.possible, final.not_graded) == (4, 6, 2)


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), InfrastructureFault("no worker")]
)
def test_a_fault_around_the_checks_is_a_result_and_is_tried_again(fault):
    grader = Grader(fault, fault, result_of())
    first = graded_once(grader, EXERCISE)
    assert {check.verdict for check in first.checks} == {OPEN}
    assert (first.earned, first.possible, first.not_graded) == (0, 6, 6)
    assert str(fault) in first.checks[0].message
    assert repeated(grader, EXERCISE, first) == result_of()
    assert grader.asked == [(), (), ()]


def test_a_fault_around_the_repetition_changes_nothing_of_what_is_known():
    first = result_of(loss=OPEN)
    fault = OSError(28, "No space left on device")
    assert repeated(Grader(fault, fault), EXERCISE, first) == first


def test_a_late_call_is_made_once_more():
    def late(**others):
        result = result_of(loss=Verdict.TIMED_OUT, **others)
        (loss,) = result.tasks[-1].checks
        task = TaskResult("Loss", (replace(loss, evidence=Evidence(stalled=True)),))
        return replace(result, tasks=(*result.tasks[:-1], task))

    grader = Grader(late(forward=None, backward=None))
    first = late()
    assert is_open(first)
    final = repeated(grader, EXERCISE, first)
    assert grader.asked == [("loss",)]
    assert final.verdict is Verdict.TIMED_OUT
    again = repeated(Grader(result_of(forward=None, backward=None)), EXERCISE, first)
    assert again.verdict is Verdict.PASSED
    (reason,) = again.checks[-1].reasons
    assert (reason.rule, reason.verdict) == ("repeat", Verdict.TIMED_OUT)


def test_other_exceptions_are_not_hidden():
    with pytest.raises(ZeroDivisionError):
        graded_once(Grader(ZeroDivisionError()), EXERCISE)


def test_the_time_of_repetitions_is_counted():
    first = replace(result_of(loss=OPEN), seconds=2.0)
    again = replace(result_of(forward=None, backward=None), seconds=1.0)
    assert repeated(Grader(again), EXERCISE, first).seconds == 3.0
