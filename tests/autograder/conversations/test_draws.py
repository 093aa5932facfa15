"""Drawn inputs come from the recording, whatever NumPy draws."""

import numpy as np
import pytest

from autograder.conversations.draws import RecordedGenerator
from plugins.authoring.kits.recorder import RecordingGenerator


def draw_all(rng):
    """Draws of every kind that checks make."""
    order = np.arange(5)
    rng.shuffle(order)
    names = ["a", "b", "c"]
    rng.shuffle(names)
    return [
        rng.normal(size=(2, 3)),
        rng.integers(10, size=4),
        rng.integers(10),
        rng.random(),
        rng.permutation(6),
        rng.permutation(np.arange(4.0)),
        rng.choice(5, size=2, replace=False),
        rng.choice(["x", "y"]),
        order,
        names,
    ]


def recorded(seed=1):
    draws = []
    values = draw_all(RecordingGenerator(np.random.default_rng(seed), draws))
    return values, draws


def same(one, other):
    assert type(one) is type(other)
    np.testing.assert_array_equal(one, other)


def test_recording_changes_no_draw():
    values, _ = recorded()
    for value, expected in zip(values, draw_all(np.random.default_rng(1)), strict=True):
        same(value, expected)


def test_recorded_draws_replace_those_of_another_stream():
    values, draws = recorded()
    other = draw_all(RecordedGenerator(np.random.default_rng(2), draws))
    for value, expected in list(zip(other, values, strict=True))[:7]:
        same(value, expected)
    same(other[8], values[8])
    assert other[9] == values[9]


def test_after_the_recorded_draws_come_those_of_the_seed():
    draws = []
    rng = np.random.default_rng(3)
    RecordingGenerator(np.random.default_rng(3), draws).normal(size=2)
    replayed = RecordedGenerator(np.random.default_rng(3), draws)
    for _ in range(2):
        same(replayed.normal(size=2), rng.normal(size=2))


@pytest.mark.parametrize("other", [lambda r: r.normal(size=3), lambda r: r.random(size=2)])
def test_another_draw_ends_the_recording(other):
    draws = []
    RecordingGenerator(np.random.default_rng(0), draws).normal(size=2)
    replayed, fresh = RecordedGenerator(np.random.default_rng(7), draws), np.random.default_rng(7)
    same(other(replayed), other(fresh))
    same(replayed.normal(size=2), fresh.normal(size=2))


def test_children_are_independent_and_not_recorded():
    draws = []
    (child,) = RecordingGenerator(np.random.default_rng(0), draws).spawn(1)
    child.normal()
    assert type(child) is np.random.Generator
    assert draws == []
