"""Replies are read as if a student had forged them, because one may have."""

import numpy as np
import pytest

from autograder.sandbox.session.faults import Blocked, Crashed, Frame, NotWritten, OutOfMemory
from autograder.sandbox.session.process import died
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.sandbox_session import hanging_frames
from autograder.sandbox.session.session import fault_from, outcomes_from, question_in
from autograder.sandbox.wire import Handle, WireError


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        np.zeros(3),
        Handle(1, "dict"),
        {},
        {"id": 6, "results": [{}], "error": None},
        {"id": np.array(7), "results": [{}], "error": None},
        {"id": 7, "results": [], "error": None},
        {"id": 7, "results": [{}, {}], "error": None},
        {"id": 7, "results": [{}], "error": {"kind": "raised"}},
        {"id": 7, "results": {}, "error": None},
        {"id": 7, "results": None, "error": {}},
        {"id": 7, "results": [1], "error": None},
        {"id": 7, "results": [{"args": 3}], "error": None},
        {"id": 7, "results": [{"kwargs": [1]}], "error": None},
        {"id": 7, "results": [{"args": np.ones(2)}], "error": None},
        {"id": 7, "error": "none"},
    ],
    ids=repr,
)
def test_what_is_no_reply_is_refused(reply):
    with pytest.raises(WireError):
        outcomes_from(reply, 7, [["load"]])


@pytest.mark.parametrize("number", [6, True, "7", np.array(7), None])
def test_a_question_of_another_request_is_refused(number):
    with pytest.raises(WireError, match="a question of another request"):
        question_in({"id": number, "question": [1]}, 7)
    assert question_in({"id": 7, "question": [1]}, 7) == [1]


def test_forged_details_are_dropped():
    result = {"value": 1, "is_method": 1, "changed": ["argument 1"], "aliased": [3, None]}
    _, outcomes = outcomes_from({"id": 7, "results": [result], "error": None}, 7, [["load"]])
    assert outcomes == [Outcome(value=1)]


CALL = ["call", None, "f", [np.zeros(2), {"w": np.ones(1)}], {"b": np.arange(3)}, False]
NAMES = ("argument 1", "argument 2['w']", "argument b")
LEFT = {"argument 1": np.zeros(2), "argument 2['w']": np.ones(1), "argument b": np.arange(3)}


def observed(steps, values):
    """The outcome of the call, and those of the observations, for the `values` of all steps."""
    results = [{"value": value} for value in values]
    return outcomes_from({"id": 7, "results": results, "error": None}, 7, [CALL, *steps])[1]


@pytest.mark.parametrize(
    ("left", "changed"),
    [
        (LEFT, ()),
        ({**LEFT, "argument 1": np.array([0.0, 1e-300])}, ("argument 1",)),
        ({**LEFT, "argument 1": np.zeros(2, np.float32)}, ("argument 1",)),
        ({**LEFT, "argument b": np.arange(3)[:, None]}, ("argument b",)),
        ({**LEFT, "argument b": [0, 1, 2]}, ("argument b",)),
        ({**LEFT, "argument 3": np.zeros(1)}, ()),
        ({}, NAMES),
    ],
)
def test_what_a_call_changed_is_found_by_comparing_with_what_was_sent(left, changed):
    call, read = observed([["observe", 0, False]], [3, {"arguments": left}])
    assert (call, read) == (Outcome(value=3, changed=changed), Outcome())


@pytest.mark.parametrize("what", ["arguments", "results"])
@pytest.mark.parametrize("seen", [None, 3, [1], np.zeros(2)])
def test_observations_that_are_none_are_refused(what, seen):
    whole = {"arguments": LEFT, "results": dict.fromkeys(NAMES, 3)}
    for value in ({**whole, what: seen}, {n: v for n, v in whole.items() if n != what}, seen):
        with pytest.raises(WireError, match="an observation without"):
            observed([["observe", 0, True]], [3, value])


@pytest.mark.parametrize(
    ("value", "later", "is_shared"),
    [
        (np.zeros(2), np.zeros(2), False),
        (np.zeros(2), np.array([0.0, 1e-310]), True),
        (np.array([np.nan]), np.array([np.nan]), False),
        ((1.5, [np.zeros(2)]), (1.5, [np.ones(2)]), True),
        ({"a": np.zeros(2)}, {"a": np.ones(2)}, True),
        ({"a": float("nan")}, {"a": float("nan")}, False),
        (Handle(1, "X"), Handle(2, "X"), False),
        ([1, 2], (1, 2), True),
        ([1, 2], [1], True),
        (None, None, False),
    ],
    ids=repr,
)
def test_memory_is_shared_where_the_result_changes_with_the_argument(value, later, is_shared):
    results = {**dict.fromkeys(NAMES, value), "argument 1": later}
    seen = {"arguments": LEFT, "results": results}
    call, rest = observed([["observe", 0, True]], [value, seen])
    assert (call.changed, call.aliased) == ((), ("argument 1",) if is_shared else ())
    assert rest == Outcome()


def test_what_was_observed_before_an_error_still_counts():
    results = [{"value": 3}, {"value": {"arguments": {}}}]
    reply = {"id": 7, "results": results, "error": {"step": 2}}
    error, outcomes = outcomes_from(reply, 7, [CALL, ["observe", 0, False], CALL])
    assert error == {"step": 2}
    assert outcomes[0].changed == NAMES


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        ({"kind": "part_missing", "message": "needs 'rnn'"}, Blocked, "needs 'rnn'"),
        ({"kind": "not_written"}, NotWritten, "not written yet"),
        (
            {"kind": "not_written", "frames": [["net.py", 3, "f"], ["rnn.py", 9, "g"]]},
            Blocked,
            "needs 'rnn'",
        ),
        ({"kind": "not_written", "frames": [["net.py", 3, "f"]]}, NotWritten, "not written yet"),
        ({"kind": "memory", "message": ""}, OutOfMemory, "asked for too much memory"),
        (
            {"kind": "memory", "message": "unable to allocate 8 GiB"},
            OutOfMemory,
            "asked for too much memory: unable to allocate 8 GiB",
        ),
        (
            {"kind": "raised", "type": "ValueError", "message": "no"},
            Crashed,
            "ValueError: no",
        ),
        ({"kind": "raised", "type": "KeyError", "message": ""}, Crashed, "KeyError"),
        ({"kind": 3, "type": [], "message": {}}, Crashed, "raised an exception"),
        ({}, Crashed, "raised an exception"),
    ],
)
def test_errors_become_faults(error, kind, message):
    fault = fault_from(error, ["Net()", "Net().forward(1)"], "net")
    assert (type(fault), fault.message) == (kind, message)


@pytest.mark.parametrize(("step", "call"), [(0, "a()"), (1, "b()"), (9, "b()"), ("x", "b()")])
def test_a_fault_names_its_call(step, call):
    assert fault_from({"step": step}, ["a()", "b()"], "net").call == call


def test_forged_frames_are_bounded_and_plain():
    frames = [["a\x1b[31m.py", 1, "f" * 500], ["b.py", "2", "f"], "c.py", *[["d.py", 3, "g"]] * 50]
    fault = fault_from({"kind": "raised", "type": "E", "frames": frames}, ["a()"], "net")
    assert fault.frames[0] == Frame("a.py", 1, "f" * 100)
    assert len(fault.frames) == 12


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "ended the process itself (exit status 0)"),
        (3, "ended the process itself (exit status 3)"),
        (-11, "segmentation fault"),
        (139, "segmentation fault"),
        (-6, "abort"),
        (137, "killed"),
        (128 + 24, "processor time"),
        (128 + 31, "SIGSYS"),
        (255, "status 255"),
        (0xC0000005, "segmentation fault"),
        (0xC0000409, "abort"),
    ],
)
def test_deaths_in_words(status, words):
    assert words in died(status).message


STACK = """hello
Current thread 0x00007f5b (most recent call first):
  File "/usr/lib/python3/numpy/x.py", line 7 in dot
  File "/tmp/sub/tiny.py", line 12 in inner
  File "/tmp/sub/tiny.py", line 4 in outer
  File "/gradus/main.py", line 60 in serve
"""


WINDOWS = "Windows fatal exception: access violation\n\nCurrent"
OUTER, INNER = Frame("tiny.py", 4, "outer"), Frame("tiny.py", 12, "inner")


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        (STACK, (OUTER, INNER)),
        (STACK.replace("Current", WINDOWS), (OUTER, INNER)),
        (STACK.replace("line 12", f"line {'1' * 7}"), (OUTER,)),  # no file has that line
        (STACK.replace("line 12", f"line {'1' * 5000}"), (OUTER,)),
        ("hello\n", ()),
    ],
    ids=["Linux", "Windows", "long number", "endless number", "no stack"],
)
def test_a_printed_stack_is_read_and_removed(text, frames):
    assert hanging_frames(text, "/tmp/sub") == (frames, "hello\n")
