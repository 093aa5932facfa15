"""The results of a run as records: what is known, what waits, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from graded_class import GradedClass, check, exercise, result

from autograder.results.findings.texts import WrittenAnswer
from autograder.results.report import Diagnosis
from autograder.verdicts import Verdict
from plugins.classes.collecting.attempts import Rule, Timing
from plugins.classes.marks.class_results import State, facts_of, read_results, report_of
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
        found = store.transaction(read)
        report = store.transaction(partial(report_of, key=found.outcomes["s1", "rnn"].key))
    assert found.exercises == ("rnn", "lm")
    assert {
        key: [found.state(key, name) for name in found.exercises] for key in found.students
    } == {
        "s1": [State.GRADED, State.GRADED],
        "s2": [State.WAITS_FOR_PERSON, State.NOT_GRADED],
        "s3": [State.NO_WORK, State.NO_WORK],
    }
    rnn, lm = found.of("s1").values()
    assert (rnn.work.earned, rnn.work.possible, rnn.work.verdict) == (10, 14, Verdict.FAILED)
    assert [(t.name, c.diagnosis, c.sentence) for t, c in rnn.work.checks][1] == (
        "backward", "no-bias", "adds no bias",
    )  # fmt: skip
    assert lm.work.tasks[0].waiting == {"rnn": 6.0}
    assert [c.answer for _, c in found.outcomes["s2", "rnn"].work.checks] == ["", "3f1c"]
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
        found = store.transaction(partial(read_results, collection=made.collection, run=run))
    assert {key: found.state(key, "rnn") for key in found.students} == {
        "s1": State.NO_WORK,
        "s2": State.ALL_LATE,
        "s3": State.LATER,
    }


def test_facts_are_those_of_the_report():
    facts = facts_of(result(exercise("rnn", check(), WRONG, BLOCKED)))
    assert (facts.earned, facts.possible, len(list(facts.checks))) == (10, 20, 3)
