"""Draws are judged by their frequencies: right ones pass, wrong ones are named."""

import numpy as np
import pytest

from autograder.checks import CheckFailed, matches_distribution

P = np.array([0.5, 0.3, 0.2, 0.0])


def test_right_draws_pass_with_every_seed():
    for seed in range(200):
        matches_distribution(np.random.default_rng(seed).choice(4, p=P, size=500), P, "the draws")


def test_the_bound_is_not_wide():
    """350 more and fewer than expected, eight standard deviations, are seen."""
    counts = np.array([5000, 3000, 2000]) + np.array([0, 350, -350])
    with pytest.raises(
        CheckFailed, match="the draws: 2 came up 1650 times in 10000, where about 2000"
    ):
        matches_distribution(np.repeat(np.arange(3), counts), P, "the draws")


def test_what_cannot_come_is_named():
    with pytest.raises(CheckFailed, match="3 was drawn, which has probability 0"):
        matches_distribution(np.array([0, 1, 3]), P, "the draws")


@pytest.mark.parametrize("drawn", [np.array([0, 4]), np.array([-1]), np.array([0.5])])
def test_what_is_no_value_is_refused(drawn):
    with pytest.raises(CheckFailed, match="the draws"):
        matches_distribution(drawn, P, "the draws")
