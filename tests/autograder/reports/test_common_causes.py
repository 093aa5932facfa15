"""What is reported once: one mistake, or one thing of one method, whichever checks have seen it."""

from dataclasses import replace

import pytest

from autograder.reports.common_causes import causes
from autograder.results.report import Diagnosis, ExerciseResult, Fact, TaskResult
from autograder.sandbox.session.faults import Frame
from autograder.verdicts import Verdict

FORWARD = {"method": "RNN.forward", "fact": Fact("the result of forward: values", "1", "2")}
NO_BIAS = Diagnosis("no-bias", "You leave out the bias.")


@pytest.fixture
def shown(wrong):
    """`told({...}, {...})`: which checks, by number, are reported together; first the one shown."""
    first = replace(wrong.checks[0], verdict=Verdict.FAILED)

    def shown(*facts, **options):
        checks = [
            replace(first, **{"title": str(i), "message": f"{i} values", **fact})
            for i, fact in enumerate(facts)
        ]
        tasks = {check.task: [] for check in checks}
        for check in checks:
            tasks[check.task].append(check)
        results = tuple(TaskResult(task, tuple(result)) for task, result in tasks.items())
        result = causes(ExerciseResult("rnn", "unit", "RNN", results), **options)
        return [[int(c.shown.title), *(int(check.title) for check in c.others)] for c in result]

    return shown


def test_one_thing_of_one_method_is_reported_once_whatever_the_numbers(shown):
    other_numbers = {**FORWARD, "fact": replace(FORWARD["fact"], received="3")}
    assert shown(FORWARD, FORWARD, other_numbers) == [[0, 1, 2]]
    assert shown(FORWARD, {**FORWARD, "task": "RNNCell"}) == [[0, 1]]


@pytest.mark.parametrize(
    "other",
    [
        {**FORWARD, "method": "RNN.backward"},
        {**FORWARD, "fact": Fact("state: values")},
        {**FORWARD, "verdict": Verdict.CRASHED},
    ],
)
def test_another_method_thing_or_verdict_is_another_cause(shown, other):
    assert shown(FORWARD, other, FORWARD) == [[0, 2], [1]]


def test_what_has_no_name_is_reported_alone_unless_it_reads_the_same(shown):
    nameless = {"method": "RNN.forward", "fact": Fact()}
    assert shown(nameless, nameless) == [[0], [1]]
    same = {**nameless, "message": "the same"}
    assert shown(same, FORWARD, same) == [[0, 2], [1]]


def test_a_mistake_that_explains_one_of_them_is_reported_for_all(shown):
    explained = {**FORWARD, "diagnosis": NO_BIAS}
    assert shown(FORWARD, explained, FORWARD) == [[1, 0, 2]]
    assert shown({**FORWARD, "hidden": True, "diagnosis": NO_BIAS}, FORWARD) == [[1, 0]]


def test_a_second_mistake_in_one_check_makes_no_cause_of_its_own_and_is_shown(shown):
    both = replace(NO_BIAS, second=replace(NO_BIAS, id="other"))
    facts = [{**FORWARD, "diagnosis": result} for result in (NO_BIAS, both)]
    assert shown(*facts) == [[1, 0]]


def test_two_mistakes_stay_two_causes(shown):
    other = replace(NO_BIAS, id="other")
    facts = [{**FORWARD, "diagnosis": result} for result in (NO_BIAS, other, NO_BIAS)]
    assert shown(*facts, FORWARD) == [[0, 2, 3], [1]]


def test_exceptions_on_one_line_are_one_whatever_they_say(shown):
    crashed = {"verdict": Verdict.CRASHED, "method": "RNN.forward", "fact": Fact("IndexError")}
    here, there = (Frame("rnn.py", line, "forward") for line in (3, 4))
    assert shown({**crashed, "frames": (here,)}, {**crashed, "frames": (here,)}) == [[0, 1]]
    assert shown({**crashed, "frames": (here,)}, {**crashed, "frames": (there,)}) == [[0], [1]]


def test_a_renamed_function_is_reported_once_whatever_the_call(shown):
    renamed = {"message": "softmax is not defined", "method": "", "fact": Fact(), "frames": ()}
    calls = ({**renamed, "call": f"softmax(float64 ({n},))"} for n in (2, 3, 4))
    assert shown(*calls) == [[0, 1, 2]]


def test_a_listed_mistake_of_several_tasks_is_one_cause(shown):
    facts = {**FORWARD, "diagnosis": NO_BIAS}
    assert shown(facts, {**facts, "task": "LSTM", "method": "LSTM.forward"}) == [[0, 1]]
    common = {**facts, "diagnosis": replace(NO_BIAS, id="generic/negated")}
    assert shown(common, {**common, "task": "LSTM", "method": "LSTM.forward"}) == [[0], [1]]


def test_a_test_of_several_tasks_sees_one_fault_in_all_of_them(shown):
    def of(task, test):
        facts = {"task": task, "method": f"{task}.forward", "id": f"test_x.py::{test}"}
        return {**FORWARD, **facts}

    assert shown(of("RNN", "test[RNN]"), of("LSTM", "test[LSTM]")) == [[0, 1]]
    assert shown(of("RNN", "test"), of("LSTM", "test_other")) == [[0], [1]]


def test_other_checks_may_have_other_reasons_unless_the_reason_is_known(wrong):
    first = replace(wrong.checks[0], verdict=Verdict.FAILED, frames=(), **FORWARD)
    known = replace(first, diagnosis=NO_BIAS)
    for check, titles in (
        (first, f"{first.title} (perhaps for other reasons)"),
        (known, known.title),
    ):
        task = TaskResult(check.task, (check, check))
        (cause,) = causes(ExerciseResult("rnn", "unit", "RNN", (task,)))
        assert cause.titles_of_others == titles


@pytest.mark.parametrize(
    ("facts", "hint"),
    [
        ({}, "h"),
        ({"verdict": Verdict.CRASHED}, ""),
        ({"verdict": Verdict.BLOCKED}, ""),
        ({"verdict": Verdict.CRASHED, "hidden": True}, "h"),
        ({"verdict": Verdict.CRASHED, "diagnosis": Diagnosis("x", "You do.", "own")}, "own"),
        ({"diagnosis": Diagnosis("x", "You do.")}, "h"),
        ({"fact": Fact("forward: dtype")}, ""),
        ({"fact": Fact("forward: changed arguments")}, ""),
    ],
)
def test_a_hint_about_values_is_shown_where_values_are_wrong(wrong, facts, hint):
    check = replace(wrong.checks[0], verdict=Verdict.FAILED, diagnosis=None, hint="h")
    assert replace(check, **facts).best_hint == hint
