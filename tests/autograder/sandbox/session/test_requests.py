"""What crosses to the submission with a request, and what does not."""

from __future__ import annotations

import numpy as np

from autograder.sandbox import wire
from autograder.sandbox.session.requests import (
    Assign,
    Build,
    Call,
    CallAgain,
    EndCheck,
    Get,
    Hold,
    Load,
    Observe,
    OverwriteResult,
    steps_in,
)


def sent(rng: np.random.Generator) -> np.random.Generator:
    """The generator that a submission gets when it is passed `rng`."""
    _, _, _, (by_place,), kwargs, _ = Call(None, "RNN", (rng,), {"rng": rng}).plain()
    assert by_place.random() == kwargs["rng"].random()
    return Call(None, "RNN", (rng,)).plain()[3][0]


def numbers_around(rng: np.random.Generator) -> set[float]:
    """What `rng` would draw next, and what it has drawn, were it the check's own."""
    rng.bit_generator.advance(-100)
    return set(rng.random(200))


def test_a_generator_does_not_tell_what_the_check_draws():
    rng = np.random.default_rng(7)
    labels = rng.random(50)  # held-out labels, drawn before the model is built ...
    crossed = sent(rng)
    labels = {*labels, *rng.random(50)}  # ... and after
    assert not labels & numbers_around(crossed)


def test_equal_generators_stay_equal_and_are_not_used_up():
    first, other = np.random.default_rng(3), np.random.default_rng(3)
    assert sent(first).normal() == sent(other).normal()
    assert first.random() == other.random()
    assert sent(first).normal() != sent(np.random.default_rng(3)).normal()


STEPS = (
    Load(), Call(None, "f", (1,)), CallAgain(), Observe(1), Observe(1, sharing=False),
    OverwriteResult(1), Hold(2.0), Build("rnn", (2, 3)), Get(None, "f"),
    Assign(None, "parameters", {"W": 1.0}), EndCheck(),
)  # fmt: skip


def test_every_step_is_read_back_from_its_frame():
    frame = wire.encode({"steps": [step.plain() for step in STEPS]})
    assert steps_in(frame) == STEPS
