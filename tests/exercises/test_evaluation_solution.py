"""Evaluation against `sacrebleu`, and the coverage of the interval."""

import numpy as np
import pytest
import sacrebleu

from solutions.translation.evaluation.evaluation import (
    bleu,
    bleu_statistics,
    bootstrap_interval,
    chrf,
)

WORDS = np.array([f"w{i}" for i in range(5)])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def corpus(rng, references):
    """Return some hypotheses of up to 8 words, also empty ones, and their references."""
    size = rng.integers(1, 20)
    hypotheses = [rng.choice(WORDS, size=rng.integers(9)).tolist() for _ in range(size)]
    right = [
        [rng.choice(WORDS, size=rng.integers(1, 9)).tolist() for _ in range(references)]
        for _ in range(size)
    ]
    return hypotheses, right


def test_bleu_is_that_of_sacrebleu(rng):
    for _ in range(100):
        hypotheses, right = corpus(rng, references=2)
        result = bleu(bleu_statistics(hypotheses, right).sum(axis=0))
        texts = [" ".join(words) for words in hypotheses]
        sides = [[" ".join(several[k]) for several in right] for k in range(2)]
        expected = sacrebleu.corpus_bleu(
            texts, sides, tokenize="none", smooth_method="none", force=True
        )
        np.testing.assert_allclose(result, expected.score, rtol=1e-12)


def test_chrf_is_that_of_sacrebleu(rng):
    for beta in (1, 2, 3):
        for _ in range(40):
            hypotheses, right = corpus(rng, references=1)
            texts = [" ".join(words) for words in hypotheses]
            side = [" ".join(words) for (words,) in right]
            expected = sacrebleu.corpus_chrf(texts, [side], beta=beta).score
            np.testing.assert_allclose(chrf(texts, side, beta=beta), expected, rtol=1e-12)


def test_intervals_have_the_true_value_as_often_as_they_say(rng):
    """95 ± 2 % of 500 samples of 100 sentences."""
    covered = 0
    for _ in range(500):
        values = rng.exponential(size=100)
        statistics = np.stack([values, np.ones(100)], axis=1)
        low, high = bootstrap_interval(statistics, lambda sums: sums[:, 0] / sums[:, 1], rng=rng)
        covered += low <= 1.0 <= high
    assert 465 <= covered <= 485, covered
