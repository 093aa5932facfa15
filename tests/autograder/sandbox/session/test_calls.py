"""Calls in words, and which of them gave, or wrote, what a check looks at."""

import numpy as np
import pytest

from autograder.sandbox.session.calls import MAX_TASKS, NO_CALL, REMEMBERED, CallLog, value_text
from autograder.sandbox.session.requests import Assign, Build, Call, Get, Load, Outcome
from autograder.sandbox.wire import Handle, Result

LAYER = Handle(3, "Recurrent")


@pytest.fixture
def calls():
    return CallLog()


@pytest.fixture
def ask(calls):
    """`ask((step, value), ...)`: steps of one request with what they return."""

    def ask(*pairs):
        steps = [step for step, _ in pairs]
        calls.describe(steps)
        calls.note(steps, [Outcome(value) for _, value in pairs])

    return ask


@pytest.fixture
def layer(ask):
    """A layer that was built by the class RNN of the submission."""
    ask((Call(None, "RNN", (3, 4)), LAYER))
    return LAYER


def test_a_request_in_words(calls):
    steps = [
        Load(),
        Call(None, "RNN", (3, 4), {"rng": np.random.default_rng(0)}),
        Assign(Result(1), "parameters", {}),
        Call(Result(1), "forward", (np.zeros((2, 3)), None)),
        Get(Result(1), "gradients"),
        Call(Handle(9, "Adam"), "step"),
    ]
    assert calls.describe(steps) == [
        "importing the file",
        "RNN(3, 4, rng=rng)",
        "setting RNN(3, 4, rng=rng).parameters",
        "forward(float64 (2, 3), None) of RNN(3, 4, rng=rng)",
        "RNN(3, 4, rng=rng).gradients",
        "step() of Adam",
    ]
    assert [call.method for call in calls.made] == [
        "",
        "RNN",
        "",
        "RNN.forward",
        "RNN",
        "Adam.step",
    ]


def test_objects_are_called_by_what_built_them(calls, layer):
    assert calls.describe([Call(layer, "step")]) == ["step() of RNN(3, 4)"]
    (call,) = calls.made
    assert call == ("RNN.step", "step() of RNN(3, 4)")


def test_a_value_comes_from_the_call_that_returned_it(calls, ask, layer):
    y, grad = np.ones((2, 3)), (np.ones(3), 0.25)
    ask((Call(layer, "forward", (1,)), y), (Call(layer, "backward"), grad))
    assert calls.behind(y).method == "RNN.forward"
    assert calls.behind(y[0]).text == "forward(1) of RNN(3, 4)"
    assert calls.behind(grad[0]).method == calls.behind(grad).method == "RNN.backward"


def test_what_is_computed_from_values_comes_from_the_latest_call(calls, ask, layer):
    ask((Call(layer, "forward"), np.ones(3)))
    ask((Call(layer, "backward"), np.ones(3)))
    assert calls.behind(np.ones(3)).method == calls.behind(None).method == "RNN.backward"


def test_equal_numbers_inside_of_other_values_prove_nothing(calls, ask):
    ask((Call(None, "count"), 7))
    ask((Call(None, "ids"), [7, 8]))
    assert calls.behind(7).method == "count"


@pytest.mark.parametrize(
    ("attribute", "method"),
    [
        ("gradients", "RNN.backward"),
        ("state", "RNN.forward"),
        ("parameters", "RNN"),
    ],
)
def test_an_attribute_comes_from_the_method_that_writes_it(calls, ask, layer, attribute, method):
    ask((Call(layer, "zero_gradients"), None))
    ask((Call(layer, "forward"), np.ones(3)), (Call(layer, "backward"), np.ones(3)))
    value = {"W": np.ones(2)}
    ask((Get(layer, attribute), value))
    assert calls.behind(value["W"]).method == method
    ask((Call(layer, "forward"), np.ones(3)))
    ask((Get(layer, attribute), other := {"W": np.ones(2)}))
    assert calls.behind(other).method == method


def test_gradients_that_are_not_cleared_come_from_zero_gradients(calls, ask, layer):
    ask((Call(layer, "backward"), None), (Call(layer, "zero_gradients"), None))
    ask((Get(layer, "gradients"), gradients := {"W": np.ones(2)}))
    assert calls.behind(gradients).method == "RNN.zero_gradients"


def test_reading_what_no_call_has_written_is_no_call(calls, ask, layer):
    ask((Call(layer, "forward"), np.ones(2)))
    ask((Get(layer, "parameters"), {"W": np.ones(2)}))
    assert calls.latest.method == "RNN.forward"


def test_a_function_may_write_what_it_is_handed(calls, ask, layer):
    ask((Call(None, "constrain", (layer, 2.0)), None))
    ask((Get(layer, "parameters"), parameters := {"W": np.ones(2)}))
    assert calls.behind(parameters).text == "constrain(a Recurrent, 2.0)"


def test_a_copy_of_what_was_read_tells_the_same(calls, ask, layer):
    held = {"W": np.ones(2)}
    ask(
        (Call(layer, "backward"), None),
        (Get(layer, "gradients"), {"W": np.ones(2)}),
        (Call(Result(1), "copy"), held),
        (Call(layer, "forward"), np.ones(1)),
    )
    assert calls.behind(held["W"]).method == "RNN.backward"


def test_objects_of_one_request_and_parts_have_methods_too(calls, ask):
    y = np.ones(2)
    ask((Build("rnn", (2,)), LAYER), (Call(Result(0), "forward"), y))
    assert calls.behind(y) == ("rnn.forward", "forward() of rnn(2)")
    ask((Call(LAYER, "backward"), grad := np.ones(2)))
    assert calls.behind(grad).method == "rnn.backward"


def test_an_object_of_an_attribute_has_the_name_of_its_class(calls, ask, layer):
    cell = Handle(8, "Cell\x1b[2J")
    ask((Get(layer, "cell"), cell))
    ask((Call(cell, "forward"), y := np.ones(2)))
    assert calls.behind(y) == ("Cell.forward", "forward() of RNN(3, 4).cell")


def test_the_latest_call_of_a_name_and_of_a_text(calls, ask, layer):
    ask((Call(layer, "forward", (1,)), 1.0), (Call(layer, "backward"), 1.0))
    assert calls.named("forward").text == "forward(1) of RNN(3, 4)"
    assert calls.method_of("backward() of RNN(3, 4)") == "RNN.backward"
    assert calls.method_of("importing the file") == ""


def test_a_new_check_knows_nothing_of_the_last_one(calls, ask, layer):
    ask((Call(layer, "forward"), y := np.ones(2)))
    calls.clear()
    assert calls.latest == calls.behind(y) == calls.named("forward") == NO_CALL


def test_only_a_limited_number_of_values_is_kept(calls, ask, layer):
    ask((Call(layer, "backward"), first := np.ones(2)))
    for _ in range(REMEMBERED):
        ask((Call(layer, "forward"), np.ones(2)))
    assert calls.behind(first).method == "RNN.forward"


def test_tasks_that_a_submission_names_are_remembered_up_to_a_number(calls):
    for start in range(0, 2 * MAX_TASKS, 64):
        calls.note_tasks(f"rnn.{number}" for number in range(start, start + 64))
    calls.note_tasks(["rnn.0"])
    assert len(calls.tasks) == MAX_TASKS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.zeros((2, 3)), "float64 (2, 3)"),
        (np.zeros(4, np.int64), "int64 (4,)"),
        (np.array(2.5), "float64 2.5"),
        (np.random.default_rng(0), "rng"),
        (Handle(1, "RNN"), "a RNN"),
        (Handle(1, "x" * 9999), "a " + "x" * 100),
        ({"w": np.zeros(3)}, "{w: float64 (3,)}"),
        ({i: i for i in range(99)}, "{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, ...}"),
        ((np.zeros(2), 1), "(float64 (2,), 1)"),
        (((np.zeros(2), np.zeros(2)), ()), "((float64 (2,), float64 (2,)), ())"),
        (list(range(1000)), "[0, 1, 2, 3, 4, 5, 6, 7, ...]"),
        (True, "True"),
        (None, "None"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_values(value, text):
    assert value_text(value) == text


def test_long_texts_and_deep_lists_are_cut():
    deep = []
    for _ in range(500):
        deep = [deep]
    assert len(value_text("x" * 10_000)) < 100
    assert len(value_text(deep)) < 100
    assert len(value_text({"k" * 5000: "v" * 5000})) < 300
    assert len(value_text([np.zeros(3)] * 1000)) < 200
