"""The results of a run as records: what is known, what waits, and what is missing."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from graded_class import GradedClass, check, exercise, result

from autograder.results.findings.check_texts import WrittenAnswer
from autograder.results.report import Diagnosis
from autograder.verdicts import Verdict
from plugins.classes.collecting.attempts import Rule, Timing
from plugins.classes.marks.class_results import State, read_results, report_of, work_of
from plugins.classes.runs.store import Store

WRONG = check(Verdict.FAILED, 4.0, "backward", diagnosis=Diagnosis("no-bias", "adds no bias"))
BLOCKED = check(Verdict.BLOCKED, 6.0, "train", blocked_by="rnn", message="uses your rnn")
PROSE = check(
    Verdict.FOR_A_PERSON, 3.0, "why", findings=(WrittenAnswer("since", "key", "rubric", "3f1c"),)
)


def test_points_tasks_and_checks_of_each_student(tmp_path):
    made = GradedClass(tmp_path / "lab1")
    made.set_policy(due=datetime(2026, 3, 1, 10, tzinfo=UTC))
    run = made.grade(
        {
            ("s1", "a"): [exercise("rnn", check(), WRONG), exercise("lm", BLOCKED)],
            ("s2", "b"): [exercise("rnn", check(), PROSE), "lm"],
        }
    )
    with Store(str(tmp_path / "lab1/results.sqlite")) as store:
        read = partial(read_results, collection=made.collection, run=run)
        result = store.transaction(read)
        report = store.transaction(partial(report_of, key=result.outcomes["s1", "rnn"].key))
    assert result.exercises == ("rnn", "lm")
    assert {
        key: [result.state(key, name) for name in result.exercises] for key in result.students
    } == {
        "s1": [State.GRADED, State.GRADED],
        "s2": [State.WAITS_FOR_PERSON, State.NOT_GRADED],
        "s3": [State.NO_WORK, State.NO_WORK],
    }
    rnn, lm = result.of("s1").values()
    assert (rnn.work.earned, rnn.work.possible, rnn.work.verdict) == (10, 14, Verdict.FAILED)
    assert rnn.work.checks[1].diagnosis == WRONG.diagnosis
    assert [(c.blocked_by, c.points) for c in lm.work.checks] == [("rnn", 6.0)]
    (answer,) = result.outcomes["s2", "rnn"].work.checks[1].of(WrittenAnswer)
    assert answer.digest == "3f1c"
    assert (rnn.standing.timing, rnn.standing.days_late) == (Timing.LATE, 1)
    assert report.exercises[0].checks[1].diagnosis == WRONG.diagnosis
    assert made.collection.without("s1").students.keys() == {"s2", "s3"}


def test_a_student_whose_attempts_do_not_count_has_handed_in(tmp_path):
    made = GradedClass(tmp_path / "lab1")
    made.set_policy(due=datetime(2026, 3, 1, 10, tzinfo=UTC), rule=Rule.BEST)
    made.submit("s2", submitted="2026-03-09T10:00:00+00:00")
    run = made.grade({})
    made.submit("s3", submitted="2026-02-27T10:00:00+00:00")
    with Store(str(tmp_path / "lab1/results.sqlite")) as store:
        result = store.transaction(partial(read_results, collection=made.collection, run=run))
    assert {key: result.state(key, "rnn") for key in result.students} == {
        "s1": State.NO_WORK,
        "s2": State.ALL_LATE,
        "s3": State.LATER,
    }


def test_a_student_whose_only_attempt_cannot_be_read_has_no_zero(tmp_path):
    made = GradedClass(tmp_path / "lab1")
    made.submit("s2", submitted="2026-03-01T10:00:00+00:00", is_readable=False)
    run = made.grade({})
    with Store(str(tmp_path / "lab1/results.sqlite")) as store:
        result = store.transaction(partial(read_results, collection=made.collection, run=run))
    assert result.state("s2", "rnn") is State.UNREADABLE


def test_work_is_that_of_the_report_without_the_details_of_checks():
    detailed = replace(WRONG, details=("shape (2, 3)",), arguments=("x = 1",))
    work = work_of(result(exercise("rnn", check(), detailed, BLOCKED)))
    assert (work.earned, work.possible) == (10, 20)
    assert [c.diagnosis for c in work.checks] == [None, WRONG.diagnosis, None]
    assert not any(c.details or c.arguments for c in work.checks)
