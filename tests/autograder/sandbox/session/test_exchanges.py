"""Exchanges and transcripts hold what was asked and answered as it was; long ones are given up."""

from dataclasses import replace

import numpy as np

from autograder.conversations.recording import read_exchange
from autograder.sandbox import wire
from autograder.sandbox.session.faults import Crashed, TimedOut
from autograder.sandbox.session.requests import Call, Load, Outcome
from autograder.sandbox.session.session import (
    MAX_BYTES,
    MAX_EXCHANGES,
    Exchange,
    Transcript,
    request_frame,
)
from autograder.sandbox.wire import Handle
from plugins.authoring.kits.recorder import stored

CALL = Call(Handle(1, "RNN"), "forward", (np.arange(3.0),))


def test_code_that_changes_its_arguments_changes_no_request():
    exchange = Exchange(request_frame([CALL]))
    given = exchange.plain_steps()[0][3][0]
    given += 1
    assert exchange.plain_steps()[0][3][0].tolist() == [0, 1, 2]
    assert exchange.steps[0].args[0].tolist() == [0, 1, 2]


def test_what_is_stored_has_no_number_of_the_request():
    frame = wire.encode({"id": 7, "steps": [CALL.plain()]})
    exchange = Exchange(frame, (Outcome(1.0),), "ValueError", "ValueError: no")
    request, answer = stored(exchange)
    assert request == request_frame([CALL])
    assert read_exchange(request, answer) == replace(exchange, frame=request)


def test_the_import_of_the_file_is_no_request_of_a_check():
    assert Exchange(request_frame([Load()])).is_import
    assert not Exchange(request_frame([CALL])).is_import


def answered(*outcomes):
    return Exchange(b"frame", outcomes)


def test_what_a_check_does_to_an_answer_later_changes_nothing():
    rng, W, x = np.random.default_rng(0), np.ones(3), np.zeros(2)
    transcript, answer = Transcript(), {"W": [W], "rng": rng}
    transcript.add(answered(Outcome(answer, changed=("argument 1",), args=(x,))))
    W += 1
    x += 1
    rng.random()
    answer["b"] = np.zeros(2)
    (kept,) = transcript.exchanges[0].outcomes
    assert list(kept.value) == ["W", "rng"]
    assert (kept.value["W"][0].tolist(), kept.args[0].tolist()) == ([1, 1, 1], [0, 0])
    assert kept.value["rng"].bit_generator.state == np.random.default_rng(0).bit_generator.state
    assert kept.changed == ("argument 1",)


def test_an_exception_is_an_answer():
    transcript = Transcript()
    transcript.add(answered(), Crashed("ValueError: no", raised="ValueError"))
    (exchange,) = transcript.exchanges
    assert (exchange.raised, exchange.message) == ("ValueError", "ValueError: no")


def test_what_broke_off_leaves_nothing():
    for fault in (TimedOut("no answer"), Crashed("died")):
        transcript = Transcript()
        transcript.add(answered(Outcome(1.0)))
        transcript.add(answered(), fault)
        assert (transcript.complete, transcript.exchanges) == (False, [])


def test_a_check_that_trains_a_model_is_not_kept():
    many, large = Transcript(), Transcript()
    for _ in range(MAX_EXCHANGES + 1):
        many.add(answered(Outcome(1.0)))
    large.add(answered(Outcome((), args=({"W": np.zeros(MAX_BYTES // 8 + 1)},))))
    large.add(answered(Outcome(1.0)))
    assert many.exchanges == large.exchanges == []
