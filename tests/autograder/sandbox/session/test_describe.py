"""Calls in words: shapes instead of values, and never long."""

import numpy as np
import pytest

from autograder.sandbox.session.calls import value_text
from autograder.sandbox.wire import Handle


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
