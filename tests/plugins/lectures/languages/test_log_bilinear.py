"""A log-bilinear language: its neighbours, its entropy, and the angle to its vectors."""

import numpy as np
import pytest

from plugins.lectures.languages.log_bilinear import LogBilinear
from solutions.word_vectors.count_vectors.count_vectors import (
    GloVe,
    cooccurrences,
    ppmi,
    truncated_svd,
)


@pytest.fixture
def language():
    return LogBilinear(np.random.default_rng(1))


def transitions(language):
    """P(c | w) `(V, V)` from the formula: proportional to p_c exp(x_w · x_c)."""
    frequencies = np.bincount(language.sample(100_000), minlength=language.vocabulary_size)
    p = np.where(frequencies > frequencies.mean(), 0.75, 0.25) / 30
    scores = p * np.exp(language.vectors @ language.vectors.T)
    return p, scores / scores.sum(axis=1, keepdims=True)


def test_the_next_word_follows_from_the_product_of_vectors(language):
    _, P = transitions(language)
    text, counts = language.sample(400_000), np.zeros(P.shape)
    np.add.at(counts, (text[:-1], text[1:]), 1)
    np.testing.assert_allclose(counts / counts.sum(axis=1, keepdims=True), P, atol=0.02)


def test_the_entropy_rate_is_that_of_the_table(language):
    p, P = transitions(language)
    np.testing.assert_allclose(p @ P, p, rtol=1e-12)  # p is stationary
    entropy = -(p[:, None] * P * np.log(P)).sum()
    assert language.entropy_rate() == pytest.approx(entropy)


@pytest.mark.parametrize("shift", [1.0, 2.0])
def test_exact_counts_have_exactly_the_true_subspace(language, shift):
    p, P = transitions(language)
    U, *_ = truncated_svd(ppmi(p[:, None] * P, shift), 5)
    assert language.angle(U) < 1e-5


def test_the_angle_tells_true_vectors_from_others(language):
    rng = np.random.default_rng(2)
    turned = language.vectors @ rng.normal(size=(4, 4))
    assert language.angle(turned) < 1e-5
    assert language.angle(rng.normal(size=language.vectors.shape)) > 60


def test_logs_of_ratios_find_the_vectors_where_counts_do_not(language):
    """Frequent words fill the first singular vectors of a table of counts."""
    counts = cooccurrences(language.sample(40_000), 2, language.vocabulary_size)
    of_ratios, *_ = truncated_svd(ppmi(counts), 5)
    of_counts, *_ = truncated_svd(counts.astype(float), 5)
    assert language.angle(of_ratios) < 12 < 20 < language.angle(of_counts)


def test_glove_finds_the_vectors(language):
    rng = np.random.default_rng(3)
    counts = cooccurrences(language.sample(40_000), 2, language.vocabulary_size)
    glove, losses = GloVe(language.vocabulary_size, 4, rng=rng), []
    for _ in range(400):
        losses.append(glove.forward(counts))
        glove.zero_gradients()
        glove.backward()
        for name, parameter in glove.parameters.items():
            parameter -= 0.005 * glove.gradients[name]
    assert losses[-1] < 0.1 * losses[0]
    vectors = glove.parameters["word_vectors"] + glove.parameters["context_vectors"]
    assert language.angle(vectors) < 15
