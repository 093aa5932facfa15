"""Recordings come back as they were written, and damage is reported."""

import lzma

import numpy as np
import pytest

from autograder.conversations.draws import Draw
from autograder.conversations.recording import (
    MAGIC,
    Header,
    Recording,
    Tape,
    read_recording,
)
from autograder.sandbox.session.requests import Call, Outcome
from autograder.sandbox.session.session import Exchange, request_frame
from autograder.sandbox.wire import Handle
from framework.errors import BadInputError
from plugins.authoring.kits.recorder import write_recording

HEADER = Header("rnn", "c" * 64, "d" * 64, 0)
REQUEST = request_frame([Call(Handle(1, "RNN"), "forward", (np.arange(3.0),))])


@pytest.fixture
def tape():
    outcome = Outcome({"W": np.ones((2, 2))}, False, ("argument 1",), (), (1,), {"k": "v"})
    return Tape(
        [Draw("normal", np.zeros(2)), Draw("choice", None)],
        [Exchange(REQUEST, (outcome,))],
        [Exchange(REQUEST, (outcome,), "ValueError", "ValueError: no")],
        {"ab": [b"cipher"]},
    )


def test_a_recording_comes_back_as_it_was_written(tmp_path, tape):
    file = tmp_path / "new" / "rnn.recording"
    write_recording(file, Recording(HEADER, {"test_rnn.py::test": tape}))
    result = read_recording(file)
    assert result.header == HEADER
    (again,) = result.tapes.values()
    assert again.draws[1] == tape.draws[1]
    np.testing.assert_array_equal(again.draws[0].value, np.zeros(2))
    (exchange,) = again.exchanges
    assert exchange.steps[0].owner == Handle(1, "RNN")
    np.testing.assert_array_equal(exchange.outcomes[0].value["W"], np.ones((2, 2)))
    assert exchange.outcomes[0].changed == ("argument 1",)
    assert again.answers[0].message == "ValueError: no"
    assert again.mistakes == tape.mistakes


def test_numbers_that_repeat_are_stored_once(tmp_path):
    numbers = np.random.default_rng(0).normal(size=1000)
    request = request_frame([Call(None, "double", (numbers,))])
    tapes = {
        f"{i}": Tape([Draw("normal", numbers)], [Exchange(request, (Outcome(numbers),))])
        for i in range(20)
    }
    file = tmp_path / "x.recording"
    write_recording(file, Recording(HEADER, tapes))
    assert file.stat().st_size < 2 * numbers.nbytes


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "cannot be read"),
        (b"something else", "knows no such format"),
        (MAGIC.replace(b"1", b"9") + lzma.compress(b""), "knows no such format"),
        (MAGIC + b"no xz", "is damaged"),
        (MAGIC + lzma.compress(b"\0\0\0\x05hello"), "is malformed"),
        (MAGIC + lzma.compress(b""), "is malformed"),
        (MAGIC + lzma.compress(b"0" * 100)[:-12], "is damaged"),
    ],
)
def test_a_missing_or_damaged_file_is_reported_with_the_next_command(tmp_path, data, reason):
    file = tmp_path / "x.recording"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(BadInputError, match=reason) as caught:
        read_recording(file)
    assert "`gradus kit update KIT`" in str(caught.value)
    assert str(file) in str(caught.value)
