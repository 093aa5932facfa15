"""The dispatcher: what a request does to a submission's objects, and what is reported of it."""

import threading

import numpy as np
import pytest

from autograder.sandbox import wire
from autograder.sandbox.wire import Handle, Result
from autograder.sandbox.worker.dispatcher import Dispatcher
from autograder.sandbox.worker.loading import NotDefinedError
from framework.interfaces import Model


class Layer(Model):
    """y = x W."""

    def __init__(self, size, *, scale=1.0):
        super().__init__()
        self.size, self.last = size, None
        self.add_parameter("W", scale * np.ones((size, size)))

    def forward(self, x):
        self.last = x
        return x @ self.parameters["W"]


def functions():
    def in_place(x, rows=None):
        x += 1

    def reshapes(x):
        x.shape = (-1,)

    def rebinds(table):
        table["w"] = np.zeros(3)

    def locks(x):
        x.flags.writeable = False
        return x

    def fails():
        raise ValueError("no good")

    def not_written():
        raise NotImplementedError

    def takes_all():
        raise MemoryError

    def leaves():
        raise SystemExit(3)

    def interrupts():
        raise KeyboardInterrupt

    return {
        **locals(),
        "Layer": Layer,
        "double": lambda x: 2 * x,
        "echo": lambda *args, **kwargs: (list(args), kwargs),
        "view": lambda x: x[1:],
        "views": lambda x, y: (x + 1, y.T),
        "changes_dict": lambda table: table["w"].fill(0),
        "fails_not": lambda: None,
        "objects": lambda: np.array([object()]),
        "slippery": lambda: [Slippery()],
    }


class Slippery(dict):
    """Does not let itself be copied."""

    def keys(self):
        raise OSError

    __iter__ = keys


class Source:
    """A module that is a dict."""

    def attribute(self, name):
        if name not in FUNCTIONS:
            raise NotDefinedError(f"tiny.py does not define {name}")
        return FUNCTIONS[name]


FUNCTIONS = functions()


@pytest.fixture
def ask(monkeypatch):
    """Send steps and get the reply, as it comes out of the wire, from a process of one thread."""
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # other tests may have left theirs
    dispatcher = Dispatcher(Source())

    def ask(*steps):
        request = {"id": 5, "steps": [list(step) for step in steps]}
        reply = dispatcher.answer(wire.decode_frame(wire.encode(request)))
        return wire.decode_frame(dispatcher.encoded(reply))

    return ask


def call(name, *args, owner=None, after=False, **kwargs):
    return "call", owner, name, list(args), kwargs, after


def test_later_steps_use_what_earlier_ones_returned(ask):
    reply = ask(
        call("Layer", 2),
        ("assign", Result(0), "parameters", {"W": np.array([[0.0, 1.0], [2.0, 0.0]])}),
        call("forward", np.ones((1, 2)), owner=Result(0)),
        ("get", Result(0), "last"),
        call("echo", [Result(2), (Result(0),)], key={"h": Result(2)}),
    )
    values = [result.get("value") for result in reply["results"]]
    assert type(values[0]) is Handle
    np.testing.assert_array_equal(values[2], [[2.0, 1.0]])
    np.testing.assert_array_equal(values[3], [[1.0, 1.0]])
    (args,), kwargs = values[4]
    np.testing.assert_array_equal(args[0], values[2])
    assert type(args[1][0]) is Handle
    np.testing.assert_array_equal(kwargs["key"]["h"], values[2])


def test_objects_stay_until_the_check_ends(ask):
    handle = ask(call("Layer", 2))["results"][0]["value"]
    assert handle.type_name == "Layer"
    (again,), _ = ask(call("echo", handle))["results"][0]["value"]
    assert ask(("get", again, "size"))["results"][0]["value"] == 2
    assert ask(("settle",))["error"] is None
    reply = ask(("get", handle, "size"))
    assert (reply["error"]["type"], reply["results"]) == ("KeyError", [])
    assert ask(call("Layer", 2))["results"][0]["value"].id not in (handle.id, again.id)


def test_methods_are_distinguished_from_values(ask):
    results = ask(call("Layer", 2), ("get", Result(0), "forward"), ("get", Result(0), "last"))
    assert results["results"][1] == {"is_method": True}
    assert results["results"][2] == {"value": None}


@pytest.mark.parametrize(
    ("step", "left"),
    [
        (call("in_place", np.zeros(3)), {"argument 1": np.ones(3)}),
        (call("in_place", x=np.zeros(3)), {"argument x": np.ones(3)}),
        (call("reshapes", np.zeros((2, 2))), {"argument 1": np.zeros(4)}),
        (
            call("changes_dict", {"v": np.ones(2), "w": np.ones(2)}),
            {"argument 1['v']": np.ones(2), "argument 1['w']": np.zeros(2)},
        ),
        (call("rebinds", {"w": np.ones(2)}), {"argument 1['w']": np.ones(2)}),
        (call("double", np.zeros(3)), {"argument 1": np.zeros(3)}),
        (call("fails_not"), {}),
    ],
    ids=["by place", "by name", "shape", "in a dict", "another array", "unchanged", "none"],
)
def test_the_arrays_of_a_call_can_be_read_after_it(ask, step, left):
    observed = ask(step, ("observe", 0, False))["results"][1]["value"]
    assert observed.keys() == {"arguments"}
    result = observed["arguments"]
    assert list(result) == list(left)
    for name, array in left.items():
        np.testing.assert_array_equal(result[name], array, strict=True)


@pytest.mark.parametrize(
    ("step", "name", "is_shared"),
    [
        (call("view", np.zeros(3)), "argument 1", True),
        (call("views", np.zeros(3), np.zeros((2, 2))), "argument 1", False),
        (call("views", np.zeros(3), np.zeros((2, 2))), "argument 2", True),
        (call("double", np.zeros(3)), "argument 1", False),
        (call("echo", np.array(True)), "argument 1", True),
    ],
)
def test_a_result_that_shares_memory_changes_with_the_array(ask, step, name, is_shared):
    results = ask(step, ("observe", 0, True), ("observe", 0, True))["results"]
    value, *observed = (result["value"] for result in results)
    for actual in observed:  # the second time everything is as before
        assert (repr(actual["results"][name]) != repr(value)) == is_shared
        left = actual["arguments"][name]
        assert not left.view(np.uint8).any() or left.dtype == bool


def test_a_call_is_made_again_with_the_very_same_arguments(ask):
    counts = ask(call("in_place", np.zeros(2)), ("again",), ("observe", 0, False))["results"]
    left = counts[2]["value"]["arguments"]
    np.testing.assert_array_equal(left["argument 1"], [2.0, 2.0])
    assert ask(("again",))["error"] is None
    ask(("settle",))
    assert ask(("again",))["error"]["message"] == "there is no call to be made again"


def test_an_array_that_was_made_read_only_can_be_observed(ask):
    reply = ask(call("locks", np.zeros(2)), ("observe", 0, True))
    assert reply["error"] is None
    assert reply["results"][1]["value"]["results"]["argument 1"].all()


def test_the_arguments_after_a_call_come_back_when_asked_for(ask):
    result = ask(call("in_place", np.zeros(2), rows=np.ones(1), after=True))["results"][0]
    np.testing.assert_array_equal(result["args"][0], [1.0, 1.0])
    np.testing.assert_array_equal(result["kwargs"]["rows"], [1.0])
    assert "args" not in ask(call("in_place", np.zeros(2)))["results"][0]


def test_assigning_another_shape_is_refused(ask):
    reply = ask(call("Layer", 2), ("assign", Result(0), "parameters", {"W": np.ones((1, 2))}))
    assert reply["error"]["message"] == "parameters['W'] has shape (2, 2), expected (1, 2)"
    assert reply["error"]["step"] == 1


def test_assigning_writes_into_the_array_that_is_there(ask):
    reply = ask(
        call("Layer", 2),
        ("get", Result(0), "parameters"),
        ("assign", Result(0), "parameters", {"W": np.full((2, 2), 7.0)}),
        call("echo", Result(1)),
    )
    (parameters,), _ = reply["results"][3]["value"]
    np.testing.assert_array_equal(parameters["W"], np.full((2, 2), 7.0))


@pytest.mark.parametrize(
    ("name", "kind", "kind_of_error", "message"),
    [
        ("fails", "raised", "ValueError", "no good"),
        ("not_written", "not_written", "NotImplementedError", ""),
        ("takes_all", "memory", "MemoryError", ""),
        ("leaves", "raised", "SystemExit", "3"),
        ("interrupts", "raised", "KeyboardInterrupt", ""),
        ("nothing", "not_defined", "NotDefinedError", "tiny.py does not define nothing"),
    ],
)
def test_faults_have_kinds(ask, name, kind, kind_of_error, message):
    reply = ask(call("double", 1), call(name), call("double", 2))
    error = reply["error"]
    assert (error["kind"], error["type"], error["message"]) == (kind, kind_of_error, message)
    assert (error["step"], len(reply["results"])) == (1, 1)


@pytest.mark.parametrize(
    ("name", "message"),
    [("objects", "an array of dtype object"), ("slippery", "a value whose copying raises OSError")],
)
def test_the_step_whose_value_cannot_be_sent_is_named(ask, name, message):
    reply = ask(call("double", 1), call(name), call("double", 1))
    assert (reply["error"]["kind"], reply["error"]["step"]) == ("unsendable", 1)
    assert reply["error"]["message"] == message
