"""Explanations of one task do not contradict each other, and few facts prove nothing."""

import pytest


@pytest.fixture
def named(changed):
    """`named("rnn", old, new)`: the ids of all diagnoses of a changed solution."""

    def named(exercise, *replacements):
        told = changed(exercise, *replacements).diagnoses().values()
        return {d.id for d in told} | {d.second.id for d in told if d.second}

    return named


def test_one_over_the_path_is_not_called_the_longer_way_up(named):
    """Where the path is 0 steps this code returns 1, as the solution does."""
    old = "return 1 / (1 + min(paths)) if paths else 0.0"
    new = "return (1 / min(paths) if min(paths) else 1.0) if paths else 0.0"
    assert named("lexicon", old, new) <= {"one-over-the-path"}


def test_adam_with_an_earlier_power_is_not_called_a_missing_power(named):
    old = "m = m / (1.0 - self.beta1**t)\n                v = v / (1.0 - self.beta2**t)"
    new = "m = m / (1.0 - self.beta1**(t - 1))\n                v = v / (1.0 - self.beta2**(t - 1))"
    assert named("optimizers", old, new) <= {"adam-counts-from-zero"}
