"""Every verdict has a reason, also where no check runs and where a person or a key decides."""

from types import SimpleNamespace

from autograder.judging.decision import (
    absent,
    left_out,
    not_graded,
    not_started,
    with_points,
)
from autograder.results.report import CheckResult, Reason
from autograder.verdicts import Verdict

EXERCISE = SimpleNamespace(
    name="rnn",
    unit="unit",
    title="RNN",
    stub=SimpleNamespace(name="rnn.py"),
    points_of=lambda task: 3,
    optional_tasks=frozenset(),
    task_names=("RNN",),
)
QUESTION = CheckResult("questions.md::why", "Why?", "why", False, 2.0, Verdict.NOT_STARTED)


def reasons(result):
    return [reason for check in result.checks for reason in check.reasons]


def handed_in(file=None, **unread):
    return SimpleNamespace(files={"rnn": file} if file else {}, unread=unread)


def test_an_exercise_whose_checks_do_not_run_has_a_reason():
    stub = SimpleNamespace(inner="rnn.py", is_stub=lambda exercise: True)
    missing = Reason("beginning", Verdict.NOT_STARTED, "there is no rnn.py")
    assert reasons(absent(EXERCISE, handed_in())) == [missing]
    assert reasons(not_started(EXERCISE, handed_in())) == [missing]
    (unreadable,) = reasons(absent(EXERCISE, handed_in(rnn="it is no text")))
    assert unreadable == Reason("beginning", Verdict.FAILED, "it is no text")
    (untouched,) = reasons(not_started(EXERCISE, handed_in(stub)))
    assert untouched == Reason("beginning", Verdict.NOT_STARTED, "not written yet")
    (fault,) = reasons(not_graded(EXERCISE, "disk full"))
    assert fault == Reason("beginning", Verdict.NOT_GRADED, "disk full")


def test_code_that_was_begun_is_for_its_checks():
    begun = SimpleNamespace(inner="rnn.py", is_stub=lambda exercise: False)
    assert not_started(EXERCISE, handed_in(begun)) is None


def test_an_instructor_gives_part_of_the_points_and_a_comment():
    check = with_points(QUESTION, 1.5, "almost")
    assert (check.earned, check.message) == (1.5, "an instructor gave 1.5 of 2: almost")
    assert check.reasons == (Reason("points", Verdict.FAILED, check.message),)


def test_an_optional_task_is_skipped_only_where_it_is_not_begun():
    exercise = SimpleNamespace(optional_tasks=frozenset({"fast_rnn"}))
    for task, verdict, decision in (
        ("fast_rnn", Verdict.NOT_STARTED, Verdict.SKIPPED),
        ("fast_rnn", Verdict.FAILED, Verdict.FAILED),
        ("fast_rnn", Verdict.PASSED, Verdict.PASSED),
        ("rnn", Verdict.NOT_STARTED, Verdict.NOT_STARTED),
    ):
        check = CheckResult("t::c", "c", task, False, 0.0, verdict)
        assert left_out(exercise, check).verdict is decision, (task, verdict)
        is_optional = task == "fast_rnn"
        skipped = left_out(exercise, check, is_begun=False)
        assert skipped.verdict is (Verdict.SKIPPED if is_optional else verdict), (task, verdict)
