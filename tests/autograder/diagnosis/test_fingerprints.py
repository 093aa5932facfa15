"""Fingerprints: wrong answers unlock the mistake that gives them, other answers nothing."""

from __future__ import annotations

import numpy as np

from autograder.diagnosis.from_recording import SealedMistake, key_of, name_of, sealed, unsealed
from autograder.sandbox.session.requests import Call, Get, Outcome
from autograder.sandbox.session.session import Exchange, request_frame

MISTAKE = SealedMistake("no-bias", "You leave out the bias.", "What is b?", ("one", "two"))
CALL = Call(None, "forward")
READ = Get(None, "parameters")


def key(value, step=CALL, message="", **options):
    answered = Exchange(request_frame([step]), (Outcome(value),), message=message)
    return key_of([answered], **options)


def test_the_same_answers_unlock_the_mistake():
    numbers = np.random.default_rng(0).normal(size=(3, 4))
    data = sealed(MISTAKE, key(numbers))
    assert unsealed(data, key(numbers * (1 + 1e-13))) == MISTAKE
    assert unsealed(data, key(numbers * (1 + 1e-3))) is None


def test_what_is_stored_shows_no_word_of_it():
    data = sealed(MISTAKE, key(np.ones(2)))
    assert b"bias" not in data
    assert "bias" not in name_of(key(np.ones(2)))


def test_different_answers_have_different_keys():
    values = [
        *(None, True, 1, "a", 1.0, np.ones(2), np.ones((1, 2)), np.ones(2, bool), (1, 2)),
        *([np.ones(2)], {"a": 1}, {"b": 1}, np.array([1.0, np.nan]), np.array([1.0, np.inf])),
    ]
    assert len({key(value) for value in values}) == len(values)
    assert key(1.0, message="ValueError: no") != key(1.0)


def test_initial_parameters_count_by_their_form_unless_nothing_else_differs():
    first, other = {"W": np.ones(2)}, {"W": np.zeros(2)}
    assert key(first, READ) == key(other, READ)
    assert key(first, READ) != key({"W": np.ones(3)}, READ)
    assert key(first, READ, strictly=True) != key(other, READ, strictly=True)
