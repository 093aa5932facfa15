"""A transcript holds what was asked and answered as it was, and gives up in time."""

import numpy as np

from autograder.sandbox.session.faults import Crashed, TimedOut
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.session import MAX_BYTES, MAX_EXCHANGES, Exchange, Transcript


def answered(*outcomes):
    return Exchange(b"frame", outcomes)


def test_what_a_check_does_to_an_answer_later_changes_nothing():
    transcript, answer = Transcript(), {"W": np.ones(3)}
    transcript.add(answered(Outcome(answer)))
    answer["W"] += 1
    answer["b"] = np.zeros(2)
    (exchange,) = transcript.exchanges
    assert list(exchange.outcomes[0].value) == ["W"]
    assert exchange.outcomes[0].value["W"].tolist() == [1, 1, 1]


def test_numbers_that_a_check_draws_from_an_answer_change_nothing():
    transcript, answer = Transcript(), np.random.default_rng(0)
    transcript.add(answered(Outcome(answer)))
    answer.random()
    (exchange,) = transcript.exchanges
    kept = exchange.outcomes[0].value
    assert kept.bit_generator.state == np.random.default_rng(0).bit_generator.state


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
