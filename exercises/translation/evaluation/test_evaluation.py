"""Checks of evaluation that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, callback, equal, expect, refuses, returns_a_float

#: Two right translations, one that is close to them, and one that only shares words.
REFERENCES = [
    ["the", "old", "man", "bought", "a", "red", "boat", "at", "the", "harbour", "last", "summer"],
    ["last", "summer", "the", "old", "man", "purchased", "a", "red", "boat", "in", "the", "port"],
]
GOOD = ["the", "old", "man", "bought", "a", "boat", "at", "the", "harbour", "in", "the", "summer"]
BAD = ["a", "summer", "boat", "the", "man", "last", "the", "at", "old", "red", "harbour", "bought"]

WORDS = np.array(["the", "cat", "dog", "a", "sees", "on", "mat"])


def sentence(rng, longest=9):
    """Return a random sentence, at least one word long."""
    return rng.choice(WORDS, size=rng.integers(1, longest)).tolist()


def means(sums):
    """Return the score of each sum of rows ``[value, 1]``: the mean value."""
    return sums[:, 0] / sums[:, 1]


@pytest.mark.task("bleu_statistics")
@pytest.mark.points(4)
@pytest.mark.hint("`a & b` of two Counters keeps the smaller count of each n-gram.")
@pytest.mark.promise("bleu_statistics.hypotheses", "bleu_statistics.returns")
def test_clipped_matches(submission, reference, rng):
    """bleu_statistics: n-grams match at most as often as in the reference."""
    seven = [["the"] * 7], [[["the", "cat", "is", "on", "the", "mat"]]]
    rows = submission.bleu_statistics(*seven, 2)
    equal(rows, np.array([[2, 0, 7, 6, 7, 6]]), "the counts of 'the the the the the the the'")
    hypotheses = [GOOD, BAD, sentence(rng)]
    right = [[REFERENCES[0]], [REFERENCES[0]], [sentence(rng)]]
    for order in (1, 2, 4):
        agrees(submission, reference, "bleu_statistics", hypotheses, right, order)


@pytest.mark.task("bleu_statistics")
@pytest.mark.points(4)
@pytest.mark.hint("`a | b` of two Counters keeps the larger count of each n-gram.")
@pytest.mark.promise("largest-count", "closest-length", "bleu_statistics.references")
def test_several_references(submission, reference, rng):
    """bleu_statistics: the largest count in one reference, and the closest length."""
    agrees(submission, reference, "bleu_statistics", [GOOD, BAD], [REFERENCES, REFERENCES])
    twice = [["a", "a", "b"]], [[["a", "b", "c", "d"], ["a", "c"], ["b", "a", "b", "a", "c"]]]
    equal(
        submission.bleu_statistics(*twice, 1),
        np.array([[3, 3, 3, 2]]),
        "the counts of 'a a b' with references of 4, 2 and 5 words",
    )
    hypotheses = [sentence(rng) for _ in range(6)]
    right = [[sentence(rng) for _ in range(rng.integers(1, 4))] for _ in hypotheses]
    agrees(submission, reference, "bleu_statistics", hypotheses, right)


@pytest.mark.task("bleu")
@pytest.mark.points(4)
@pytest.mark.hint("The geometric mean of the precisions, times exp(1 − r/c) where c < r.")
@pytest.mark.promise("bleu.statistics", "bleu.returns")
def test_bleu(submission, reference):
    """bleu: geometric mean of the precisions, and the penalty for short texts."""
    returns_a_float(submission, "bleu", np.array([9, 5, 10, 8, 10, 9]))
    for statistics in ([9, 5, 10, 8, 10, 9], [9, 5, 10, 8, 10, 14], [9, 5, 10, 8, 10, 10]):
        agrees(submission, reference, "bleu", np.array(statistics))
    right = submission.bleu(np.array([12, 10, 8, 6, 12, 10, 8, 6, 12, 12]))
    equal(right, 100.0, "BLEU of translations that equal their references")


@pytest.mark.task("chrf")
@pytest.mark.points(4)
@pytest.mark.hint("Add up the counts of all sentences for each n, then divide.")
@pytest.mark.promise("chrf.hypotheses", "chrf.returns")
def test_chrf(submission, reference, rng):
    """chrf: the F-score of a corpus, for characters of texts without their blanks."""
    returns_a_float(submission, "chrf", ["a dog"], ["the dog"])
    equal(submission.chrf(["a b c d e f"], ["abcdef"]), 100.0, "chrF of equal characters")
    agrees(submission, reference, "chrf", [" ".join(GOOD)], [" ".join(REFERENCES[0])])
    hypotheses = [" ".join(sentence(rng)) for _ in range(5)]
    right = [" ".join(sentence(rng)) for _ in range(5)]
    agrees(submission, reference, "chrf", hypotheses, right)
    agrees(submission, reference, "chrf", hypotheses, right, 3)
    equal(submission.chrf(["cat"], ["cat"]), 100.0, "chrF of a text of three characters")


@pytest.mark.task("chrf")
@pytest.mark.points(2)
@pytest.mark.hint("β² stands beside the precision in the denominator.")
@pytest.mark.promise("chrf.beta")
def test_weight_of_recall(submission, reference):
    """chrf: with a large β recall counts more, with a small one precision."""
    short, long = ["the cat"], ["the cat sees a dog"]
    for beta in (0.5, 1.0, 2.0, 3.0):
        agrees(submission, reference, "chrf", short, long, 4, beta)
    recall = submission.chrf(short, long, 4, 3.0)
    precision = submission.chrf(short, long, 4, 0.5)
    expect(recall < precision, f"β = 3 scores {recall}, β = 0.5 scores {precision}")


@pytest.mark.task("bootstrap_interval")
@pytest.mark.points(5)
@pytest.mark.hint("Draw M of the M sentences with replacement, for each of the corpora.")
@pytest.mark.promise("as-wide-as-theory", "bootstrap_interval.statistics")
def test_width_for_a_mean(submission, rng):
    """bootstrap_interval: of a mean it is as wide as its standard error says, ± 1.96 σ/√M."""
    values = rng.normal(loc=3.0, scale=2.0, size=400)
    statistics = np.stack([values, np.ones(400)], axis=1)
    low, high = submission.bootstrap_interval(statistics, callback(means), draws=4000, rng=rng)
    width = 2 * 1.95996 * values.std() / np.sqrt(400)
    expect(
        abs((high - low) / width - 1) < 0.1,
        f"the interval of a mean is {high - low:.4f} wide, 2 · 1.96 σ/√M is {width:.4f}",
    )
    expect(
        abs((high + low) / 2 - values.mean()) < 0.15 * width,
        f"the middle of the interval is {(high + low) / 2:.4f}, the mean {values.mean():.4f}",
    )


@pytest.mark.task("calibration_error")
@pytest.mark.points(5)
@pytest.mark.hint("In each bin: |accuracy − mean confidence|, weighted by its share.")
@pytest.mark.promise("empty-bins", "calibration_error.confidence", "calibration_error.returns")
def test_calibration(submission, reference, rng):
    """calibration_error: the weighted distance of confidence and accuracy in each bin."""
    returns_a_float(submission, "calibration_error", np.array([0.9]), np.array([True]))
    sure, right = np.full(100, 0.9), np.arange(100) < 70
    equal(submission.calibration_error(sure, right), 0.2, "the error for 0.9 and 70 of 100 right")
    for bins in (1, 4, 10):
        confidence = rng.random(200)
        correct = rng.random(200) < confidence**2
        agrees(submission, reference, "calibration_error", confidence, correct, bins)
        agrees(submission, reference, "calibration_error", confidence, correct.astype(int), bins)


@pytest.mark.task("calibration_error")
@pytest.mark.points(1)
@pytest.mark.hint("Keep the lines of the stub that raise the error.")
@pytest.mark.promise("errors")
def test_wrong_confidences(submission):
    """calibration_error: refuses a confidence above 1 and results of another number."""
    right = np.array([True, False])
    refuses(submission, "calibration_error", np.array([0.5, 1.5]), right)
    refuses(submission, "calibration_error", np.array([0.5]), right)
    refuses(submission, "calibration_error", np.array([0.5, 0.7]), right, 0)
