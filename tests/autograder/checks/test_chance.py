"""What chance allows passes; scores of models that know the answers, and wrong draws, do not."""

import math

import numpy as np
import pytest

from autograder.checks import chance
from autograder.checks.chance import (
    EVALUATIONS,
    NATS,
    TOO_GOOD,
    chi_square_tail,
    fits_distributions,
    matches_distribution,
    not_above,
    not_better_than_bayes,
    not_better_than_source,
)
from autograder.checks.equality import CheckFailed


def test_a_model_may_be_as_lucky_as_chance_allows():
    assert math.exp(-NATS) == pytest.approx(TOO_GOOD / EVALUATIONS)
    assert TOO_GOOD <= 1e-6
    not_better_than_source(-100.0, -100.0 - NATS + 0.01)
    not_better_than_source(-math.inf, -100.0)
    with pytest.raises(CheckFailed, match=r"e\^21 times as probable for the model"):
        not_better_than_source(-100.0, -100.0 - NATS)


def test_likelihood_ratios_exceed_a_bound_as_rarely_as_markov_says(draws):
    """Two sources of coins: with a bound of log 20 at most 1 of 20 samples is beyond it."""
    p, q = 0.5, 0.6
    heads = draws.binomial(40, p, size=20_000)
    ratio = heads * math.log(q / p) + (40 - heads) * math.log((1 - q) / (1 - p))
    assert np.mean(ratio >= math.log(20)) <= 1 / 20


def test_a_classifier_that_is_lucky_passes_and_one_that_knows_the_labels_fails(draws):
    labels = draws.integers(2, size=1000)
    bayes = np.where(draws.random(1000) < 0.6, labels, 1 - labels)
    for _ in range(200):
        not_better_than_bayes(draws.integers(2, size=1000), bayes, labels)
    not_better_than_bayes(bayes, bayes, labels)
    with pytest.raises(CheckFailed, match="more right answers than the best decision has"):
        not_better_than_bayes(labels, bayes, labels)


def test_the_bound_of_hoeffding_is_met_at_the_number_that_it_names():
    m = 200
    bound = math.ceil(math.sqrt(2 * m * NATS))
    labels, bayes = np.zeros(m, dtype=int), np.ones(m, dtype=int)
    not_better_than_bayes(np.where(np.arange(m) < bound - 1, 0, 2), bayes, labels)
    with pytest.raises(CheckFailed, match=f"^{bound} more right answers"):
        not_better_than_bayes(np.where(np.arange(m) < bound, 0, 2), bayes, labels)


def test_exact_shares_have_a_limit():
    not_above(0.8, 0.8)
    not_above(0.8 + 1e-12, 0.8)
    with pytest.raises(CheckFailed, match=r"80\.10% right answers, where 80\.00% are possible"):
        not_above(0.801, 0.8)


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


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        ([0, 1, 3], "3 was drawn, which has probability 0"),
        ([0, 4], "0 ... 4 are not all among the values"),
        ([-1], "-1 ... -1 are not all"),
        ([0.5], "expected integers, received float64"),
    ],
)
def test_what_cannot_come_is_named(drawn, message):
    with pytest.raises(CheckFailed, match=f"the draws: {message}"):
        matches_distribution(np.array(drawn), P, "the draws")


def test_the_tail_of_chi_square_is_that_of_tables():
    """Quantiles of the usual tables: the tail above each is 5 %, 1 % or 0.1 %."""
    for freedom, x, tail in (
        (1, 3.841, 0.05),
        (2, 9.210, 0.01),
        (5, 11.070, 0.05),
        (10, 29.588, 1e-3),
    ):
        assert chi_square_tail(x, freedom) == pytest.approx(tail, rel=2e-3)
    assert chi_square_tail(0.0, 3) == 1.0
    assert 0 <= chi_square_tail(5000.0, 18) < 1e-300


def test_right_draws_of_groups_are_refused_as_rarely_as_stated(monkeypatch):
    """With a rate of 1 % about 1 % of right draws is refused; one word has the probability 0."""
    monkeypatch.setattr(chance, "REFUSED_FITS", 0.01)
    rng, tables = np.random.default_rng(0), [[0.2, 0.3, 0.5], [0.6, 0.0, 0.4], [0.25] * 4]
    refused = 0
    for _ in range(2000):
        groups = [(rng.choice(len(p), size=300, p=p), np.array(p)) for p in tables]
        try:
            fits_distributions(groups, "words")
        except CheckFailed:
            refused += 1
    assert 5 <= refused <= 40


def test_small_deviations_of_many_values_add_up():
    p = np.full(8, 1 / 8)
    shifted = np.repeat(np.arange(8), [160, 90] * 4)
    fits_distributions([(np.repeat(np.arange(8), 125), p)], "words")
    with pytest.raises(CheckFailed, match=r"the frequencies do not fit, χ² is 78\.4 with 7 deg"):
        fits_distributions([(shifted, p)], "words")
    with pytest.raises(CheckFailed, match="1 was drawn, which has probability 0"):
        fits_distributions([(np.array([0, 1]), np.array([1.0, 0.0]))], "words")
