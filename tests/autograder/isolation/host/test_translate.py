"""Replies are read as if a student had forged them, because one may have."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.isolation.host.faults import Blocked, Crashed, Frame, NotWritten, OutOfMemory
from autograder.isolation.host.translate import died, fault_from, hanging_frames, outcomes_from
from autograder.isolation.wire import Handle, WireError


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
        outcomes_from(reply, 7, 1)


def test_forged_details_are_dropped():
    result = {"value": 1, "is_method": 1, "changed": "all", "aliased": [3, None, "a\x1b[2J\nb"]}
    _, outcomes = outcomes_from({"id": 7, "results": [result], "error": None}, 7, 1)
    assert outcomes[0].is_method is False
    assert outcomes[0].changed == ()
    assert outcomes[0].aliased == ("3", "", "a\nb")


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
        (None, "closed the channel"),
    ],
)
def test_deaths_in_words(status, words):
    fault = died(status, (), "spin()")
    assert words in fault.message
    assert fault.call == "spin()"


STACK = """hello
Current thread 0x00007f5b (most recent call first):
  File "/usr/lib/python3/numpy/x.py", line 7 in dot
  File "/tmp/sub/tiny.py", line 12 in inner
  File "/tmp/sub/tiny.py", line 4 in outer
  File "/gradus/main.py", line 60 in serve
"""


def test_a_printed_stack_is_read_and_removed():
    frames, printed = hanging_frames(STACK, "/tmp/sub")
    assert frames == (Frame("tiny.py", 4, "outer"), Frame("tiny.py", 12, "inner"))
    assert printed == "hello\n"


def test_output_without_a_stack_stays():
    assert hanging_frames("hello\n", "/tmp/sub") == ((), "hello\n")
