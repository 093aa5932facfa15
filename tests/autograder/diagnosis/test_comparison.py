"""Whether two answers to one request are the same."""

import numpy as np
import pytest

from autograder.diagnosis.comparison import same_outcome, same_value
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.wire import Handle

X = np.array([1.0, -2.0, 1e-6])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (X, X * (1 + 1e-15)),
        (X.astype(np.float32), X.astype(np.float32) * np.float32(1 + 1e-6)),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        ({"W": X, "n": 3}, {"n": 3, "W": X + 1e-14}),
        ((X, [1, 2]), (X, [1, 2])),
        (1.5, np.array(1.5)),
        (np.arange(3, dtype=np.int32), np.arange(3)),
        (Handle(3, "RNN"), Handle(8, "GRU")),
        (None, None),
        (np.random.default_rng(3), np.random.default_rng(3)),
    ],
)
def test_the_same(one, other):
    assert same_value(one, other)
    assert same_value(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (X, X + np.array([0, 0, 1e-7])),
        (X, X[:2]),
        (X, X[None]),
        (X, X.astype(np.float32)),
        (np.array([np.nan]), np.array([0.0])),
        (np.array([1]), np.array([1.0])),
        ({"W": X}, {"V": X}),
        ((X,), (X, X)),
        (True, 1),
        ("a", "b"),
        (None, X),
        (np.random.default_rng(3), np.random.default_rng(4)),
        (np.random.default_rng(3), None),
        (Handle(3, "RNN"), X),
    ],
)
def test_not_the_same(one, other):
    assert not same_value(one, other)
    assert not same_value(other, one)


def test_what_became_of_the_arguments_counts():
    assert not same_outcome(Outcome(X, changed=("argument 1",)), Outcome(X))
    assert not same_outcome(Outcome(X, aliased=("argument 1",)), Outcome(X))
    assert not same_outcome(Outcome(X, args=(X,)), Outcome(X, args=(2 * X,)))
