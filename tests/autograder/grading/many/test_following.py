"""Checks that passed with equal answers do not run again; whatever differs, they do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.grading.many import known
from autograder.grading.many.collected import CollectedChecks
from autograder.grading.many.grader import ManyGrader
from autograder.isolation.host.callbacks import CallbackTable
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict

NEURON = "neuron"


@pytest.fixture
def exercise(setting):
    return setting.course.exercise(NEURON)


@pytest.fixture
def solution(exercise):
    return exercise.solution.read_text("utf-8")


@pytest.fixture
def ran(monkeypatch):
    """The names of the checks that have run."""
    found, run = [], CollectedChecks._run

    def noted(self, item, following, under_test):
        found.append(item.name)
        run(self, item, following, under_test)

    monkeypatch.setattr(CollectedChecks, "_run", noted)
    return found


@pytest.fixture
def many(setting, handed_in, exercise, solution):
    """A grader that knows what the solution answers."""
    grader = ManyGrader(setting)
    assert grader.grade(handed_in(NEURON, solution), [exercise]).exit_code == 0
    return grader


@pytest.fixture
def same_as_alone(setting, handed_in, exercise, many, alone, facts):
    """`same_as_alone(source)`: whether the report is that of `grade`; returns it."""

    def compared(source):
        submission = handed_in(NEURON, source)
        found = many.grade(submission, [exercise])
        assert facts(found) == facts(alone(setting, submission, [exercise]))
        return found.exercises[0]

    return compared


def test_a_check_with_equal_answers_does_not_run(same_as_alone, solution, ran):
    same_as_alone(solution + "\n# the same answers\n")
    assert ran == []


def test_what_another_submission_prints_is_reported_and_runs_nothing(same_as_alone, solution, ran):
    found = same_as_alone(solution + "\nprint('here')\n")
    assert ran == []
    assert "here" in repr(found.checks[0].findings)


ATTACK = "\n\ncalls = [0]\n\n\ndef attacked(f):\n    def inner(*args):\n        calls[0] += 1\n"
ATTACK += "        if calls[0] > 3:\n            {}\n        return f(*args)\n    return inner\n"
ATTACK += "\n\nneuron = attacked(neuron)\n"


@pytest.mark.parametrize(
    "attack",
    ["return 1.0", "raise KeyError(1)", "__import__('os')._exit(3)", "return [0] * 3_000_000"],
)
def test_an_answer_that_differs_on_the_way_is_judged_by_the_check(
    same_as_alone, solution, ran, attack
):
    found = same_as_alone(solution + ATTACK.format(attack))
    assert found.verdict is not Verdict.PASSED
    assert 0 < len(ran) < len(found.checks)


def test_a_check_that_asks_something_else_runs_again_with_all_others(
    same_as_alone, solution, ran, monkeypatch
):
    """As a check would that depends on more than answers: its request is another one now."""
    find = known.KnownAnswers.find

    def found(self, state):
        entry = find(self, state)
        is_first = isinstance(entry, known.Asked)
        return replace(entry, request=ODD) if is_first and entry.request != ODD else None

    import autograder.isolation.wire as wire

    ODD = wire.pack([["get", None, "neuron"]])
    monkeypatch.setattr(known.KnownAnswers, "find", found)
    graded = same_as_alone(solution)
    assert graded.verdict is Verdict.PASSED
    assert len(ran) == len(graded.checks) + 1


CALLBACKS = "gradient_check"
BEFORE_CALL = "    value = f(x) if seed is None"
ATTACKED_CALL = "    calls[0] += 1\n    if calls[0] > 40:\n        {}\n" + BEFORE_CALL


@pytest.fixture
def many_callbacks(setting, handed_in):
    """A grader that knows what the solution asks of callbacks, the exercise and the solution."""
    exercise, grader = setting.course.exercise(CALLBACKS), ManyGrader(setting)
    text = exercise.solution.read_text("utf-8")
    assert grader.grade(handed_in(CALLBACKS, text), [exercise]).exit_code == 0
    return grader, exercise, text


def test_a_check_whose_callbacks_are_asked_the_same_does_not_run(many_callbacks, handed_in, ran):
    many, exercise, text = many_callbacks
    ran.clear()
    assert many.grade(handed_in(CALLBACKS, text + "\n# mine\n"), [exercise]).exit_code == 0
    assert ran == []


def slow(*attacks):
    return [pytest.param(attack, marks=pytest.mark.slow) for attack in attacks]


@pytest.mark.parametrize(
    "attack",
    [
        "x = x + 1",
        *slow("__import__('os')._exit(3)", "raise KeyError(1)", "f(x)", "f([0] * 3_000_000)"),
        *slow("return 'text'", "f.__call__(x, x)", "__import__('os').write(1, b'x' * 100)"),
    ],
)
def test_a_question_that_differs_on_the_way_is_answered_by_the_check(
    many_callbacks, setting, handed_in, alone, facts, ran, attack
):
    many, exercise, text = many_callbacks
    source = text.replace(BEFORE_CALL, ATTACKED_CALL.format(attack)) + "\n\ncalls = [0]\n"
    submission = handed_in(CALLBACKS, source)
    ran.clear()
    found = many.grade(submission, [exercise])
    assert facts(found) == facts(alone(setting, submission, [exercise]))
    assert 0 < len(ran) < len(found.exercises[0].checks)


@pytest.mark.slow
def test_a_wrong_submission_is_explained_with_the_callbacks_of_checks_that_did_not_run(
    many_callbacks, setting, handed_in, alone, facts
):
    many, exercise, text = many_callbacks
    for mistake in load_mistakes(exercise)[:2]:
        submission = handed_in(CALLBACKS, mistake.apply(text))
        expected = alone(setting, submission, [exercise])
        assert facts(many.grade(submission, [exercise])) == facts(expected)


@pytest.mark.slow
def test_a_callback_that_answers_otherwise_makes_all_checks_run_again(
    many_callbacks, handed_in, ran, monkeypatch
):
    """As one would that depends on more than what it is asked."""
    many, exercise, text = many_callbacks
    answer = CallbackTable.answer
    monkeypatch.setattr(
        CallbackTable, "answer", lambda self, question: {**answer(self, question), "more": 1}
    )
    source = text.replace(BEFORE_CALL, ATTACKED_CALL.format("x = x + 1")) + "\n\ncalls = [0]\n"
    ran.clear()
    found = many.grade(handed_in(CALLBACKS, source), [exercise])
    assert len(ran) > len(found.exercises[0].checks)


def test_a_check_that_reads_the_clock_runs_each_time(many_callbacks, handed_in, ran):
    many, exercise, text = many_callbacks
    items = many.shared.checks[CALLBACKS]._items
    items[0].module.time = None
    ran.clear()
    many.grade(handed_in(CALLBACKS, text), [exercise])
    assert {one.name for one in items if one.module is items[0].module} == set(ran)


def test_what_is_known_is_bounded_and_what_was_used_last_is_kept(many, solution, monkeypatch):
    kept = many.shared.known
    assert 0 < kept.size < 2 << 20
    monkeypatch.setattr(known, "MAX_BYTES", kept.size)
    first = next(iter(kept._entries))
    kept.find(first)
    way = known.Way(b"another state")
    kept.add(way, _passed())
    assert kept.find(first) is not None
    assert kept.size <= known.MAX_BYTES
    assert kept.find(b"another state") is not None


def test_requests_that_grow_too_large_are_counted_and_not_kept(many, monkeypatch):
    kept = many.shared.known
    asked = next(one for one in kept._entries.values() if isinstance(one, known.Asked))
    monkeypatch.setattr(known, "MAX_CHECK", 2 * asked.size)
    way, before = known.Way(b"last"), kept.size
    for state in (b"a", b"b", b"c"):
        way.add(state, asked)
    kept.add(way, _passed())
    assert (way.size, way.asked, kept.size) == (3 * asked.size, [], before)


@pytest.mark.slow
def test_a_trained_check_with_equal_answers_does_not_run(setting, ran, alone, facts):
    exercise, many = setting.course.exercise("window_classifier"), ManyGrader(setting)
    with load_submission(ROOT / "solutions", setting.course) as submission:
        assert many.grade(submission, [exercise]).exit_code == 0
        ran.clear()
        report = many.grade(submission, [exercise])
        assert ran == []
        assert facts(report) == facts(alone(setting, submission, [exercise]))


def _passed():
    from autograder.record.results import CheckResult

    return CheckResult("x", "x", "x", False, 1.0, Verdict.PASSED)


def test_a_submission_whose_check_fails_leaves_nothing_known(setting, handed_in, exercise, many):
    before = dict(many.shared.known._entries)
    text = exercise.solution.read_text("utf-8").replace("return ", "return 0 * ", 1)
    many.grade(handed_in(NEURON, text), [exercise])
    left = {**many.shared.known._entries}
    results = [one.result for key, one in left.items()
               if key not in before and isinstance(one, known.Passed)]  # fmt: skip
    assert all(one.verdict is Verdict.PASSED for one in results)
