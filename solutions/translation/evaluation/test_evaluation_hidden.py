"""Hidden checks of evaluation: short texts, ties, coverage, edges of bins, errors."""

import numpy as np
import pytest

from autograder.checks import agrees, callback, equal, expect, refuses

WORDS = np.array(["a", "b", "c", "d"])


def sentence(rng, shortest=0, longest=9):
    """Return a random sentence of few words, so that n-grams repeat."""
    return rng.choice(WORDS, size=rng.integers(shortest, longest)).tolist()


def corpus(rng, size, references=1):
    """Return `size` hypotheses, each with its references; some hypotheses are empty."""
    hypotheses = [sentence(rng) for _ in range(size)]
    right = [[sentence(rng, 1) for _ in range(references)] for _ in range(size)]
    return hypotheses, right


@pytest.mark.task("bleu_statistics")
@pytest.mark.points(3)
@pytest.mark.hint("A text of two words has no 3-grams: its counts are 0.")
@pytest.mark.promise("largest-count", "short-sentences", "bleu_statistics.order")
def test_short_and_repeated(submission, reference, rng):
    """bleu_statistics: empty and short hypotheses, repeated words, up to four references."""
    for references in (1, 2, 4):
        agrees(submission, reference, "bleu_statistics", *corpus(rng, 8, references))
    agrees(submission, reference, "bleu_statistics", [[], ["a"]], [[["a"]], [["b", "a"]]], 3)


@pytest.mark.task("bleu_statistics")
@pytest.mark.points(1)
@pytest.mark.hint("Sort the lengths first: min returns the first of equal ones.")
@pytest.mark.promise("closest-length")
def test_ties_of_lengths(submission, rng):
    """bleu_statistics: of two lengths that are equally close the shorter one counts."""
    lengths = rng.permutation([3, 5, 9])
    right = [["a"] * int(length) for length in lengths]
    rows = submission.bleu_statistics([["a"] * 4, ["a"] * 8], [right, right], 1)
    equal(rows[:, -1], np.array([3, 9]), f"the lengths closest to 4 and 8 of {lengths.tolist()}")


@pytest.mark.task("bleu_statistics")
@pytest.mark.points(1)
@pytest.mark.hint("Keep the lines of the stub that raise the error.")
@pytest.mark.promise("errors", "bleu_statistics.raises")
def test_unequal_counts(submission):
    """bleu_statistics: refuses an empty corpus and a sentence without a reference."""
    refuses(submission, "bleu_statistics", [], [])
    refuses(submission, "bleu_statistics", [["a"]], [])
    refuses(submission, "bleu_statistics", [["a"], ["b"]], [[["a"]], []])
    refuses(submission, "bleu_statistics", [["a"]], [[["a"]]], 0)


@pytest.mark.task("bleu")
@pytest.mark.points(4)
@pytest.mark.hint("A precision of 0 makes BLEU 0: return before the log.")
@pytest.mark.promise("bleu.returns", "bleu")
def test_bleu_of_a_corpus(submission, reference, rng):
    """bleu: other orders, no match of one length, no n-grams at all."""
    for order in (1, 2, 4):
        totals = rng.integers(40, 60) - np.arange(order)
        matches = rng.integers(1, 20, size=order)
        for r in (totals[0] - 5, totals[0] + 7):
            agrees(submission, reference, "bleu", np.array([*matches, *totals, totals[0], r]))
    equal(submission.bleu(np.array([3, 0, 5, 4, 5, 5])), 0.0, "BLEU without a match of 2-grams")
    equal(submission.bleu(np.array([0, 0, 0, 0, 0, 3])), 0.0, "BLEU of an empty translation")
    equal(submission.bleu(np.array([2, 0, 2, 0, 2, 2])), 0.0, "BLEU of a text without 2-grams")


@pytest.mark.task("chrf")
@pytest.mark.points(3)
@pytest.mark.hint("Leave out an n without n-grams; without a match return 0.0.")
@pytest.mark.promise("chrf.returns", "chrf.order", "corpus-not-mean")
def test_chrf_of_a_corpus(submission, reference, rng):
    """chrf: empty and short texts, blanks, sentences of different lengths."""
    hypotheses, right = corpus(rng, 12)
    texts = [" ".join(words) for words in hypotheses], [" ".join(words) for (words,) in right]
    agrees(submission, reference, "chrf", *texts)
    agrees(submission, reference, "chrf", ["abcd", "a"], ["ab", "abcdefgh"])
    agrees(submission, reference, "chrf", ["a\tb  c"], ["abcd"], 2)
    agrees(submission, reference, "chrf", ["abx"], ["abc"])
    for nothing in (["xyz"], [""]):
        equal(submission.chrf(nothing, ["ab"]), 0.0, "chrF without a match")


@pytest.mark.task("chrf")
@pytest.mark.points(1)
@pytest.mark.hint("Keep the lines of the stub that raise the error.")
@pytest.mark.promise("errors", "chrf.raises")
def test_errors_of_chrf(submission):
    """chrf: refuses an empty corpus, unequal counts, and settings out of range."""
    refuses(submission, "chrf", [], [])
    refuses(submission, "chrf", ["a"], ["a", "b"])
    refuses(submission, "chrf", ["a"], ["a"], 0)
    refuses(submission, "chrf", ["a"], ["a"], 2, 0.0)


@pytest.mark.task("bootstrap_interval")
@pytest.mark.points(2)
@pytest.mark.hint("Draw with replacement, M sentences for each corpus.")
@pytest.mark.promise("covers-the-truth", "any-score", "bootstrap_interval.score")
def test_coverage(submission, rng):
    """bootstrap_interval: of many samples, about 95 % of the intervals have the true mean."""
    covered, samples = 0, 300
    for _ in range(samples):
        values = rng.gamma(2.0, size=60)
        statistics = np.stack([values, np.ones(60)], axis=1)
        mean = callback(lambda sums: sums[:, 0] / sums[:, 1])
        low, high = submission.bootstrap_interval(statistics, mean, draws=200, rng=rng)
        covered += low <= 2.0 <= high
    expect(
        0.87 <= covered / samples < 0.995,
        f"{covered} of {samples} intervals with level 0.95 have the true mean in them",
    )


@pytest.mark.task("bootstrap_interval")
@pytest.mark.points(3)
@pytest.mark.hint("The shares below and above the interval are (1 − level) / 2 each.")
@pytest.mark.promise("bootstrap_interval.level", "bootstrap_interval.draws")
def test_level_and_draws(submission, rng):
    """bootstrap_interval: quantiles of the level; M sentences for each of the draws."""
    values = rng.normal(size=300)
    statistics = np.stack([values, np.ones(300)], axis=1)
    seen = []

    def mean(sums):
        seen.append(np.array(sums))
        return sums[:, 0] / sums[:, 1]

    for level, z in ((0.5, 0.6745), (0.9, 1.6449)):
        low, high = submission.bootstrap_interval(statistics, callback(mean), level, 3000, rng=rng)
        width = 2 * z * values.std() / np.sqrt(300)
        expect(
            abs((high - low) / width - 1) < 0.12,
            f"with level {level} the interval is {high - low:.4f} wide instead of {width:.4f}",
        )
    equal([sums.shape for sums in seen], [(3000, 2), (3000, 2)], "the shapes that score gets")
    equal(seen[0][:, 1], np.full(3000, 300.0), "the sentences in each drawn corpus")
    three = np.array([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    low, high = submission.bootstrap_interval(three, callback(mean), 0.999, 2000, rng=rng)
    equal((low, high), (1.0, 4.0), "the interval of level 0.999 for three sentences")


@pytest.mark.task("bootstrap_interval")
@pytest.mark.points(1)
@pytest.mark.hint("Keep the lines of the stub that raise the error.")
@pytest.mark.promise("errors", "bootstrap_interval.raises")
def test_errors_of_the_interval(submission, rng):
    """bootstrap_interval: refuses no sentence, no draw, and a level of 1."""
    score = callback(lambda sums: sums[:, 0])
    refuses(submission, "bootstrap_interval", np.zeros((0, 2)), score, rng=rng)
    refuses(submission, "bootstrap_interval", np.zeros((3, 2)), score, draws=0, rng=rng)
    refuses(submission, "bootstrap_interval", np.zeros((3, 2)), score, 1.0, rng=rng)


@pytest.mark.task("calibration_error")
@pytest.mark.points(2)
@pytest.mark.hint("The bin is ceil(confidence · B) − 1, and at least 0.")
@pytest.mark.promise("calibration_error.bins", "calibration_error.raises", "errors")
def test_edges_of_bins(submission, reference, rng):
    """calibration_error: 0, 1 and the edges of bins; a single prediction; none at all."""
    for _ in range(4):
        confidence = rng.choice([0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0], size=12)
        correct = rng.random(12) < 0.5
        agrees(submission, reference, "calibration_error", confidence, correct, 4)
    agrees(submission, reference, "calibration_error", np.array([1.0]), np.array([False]))
    confidence = np.repeat([0.2, 0.8], 500)
    correct = np.tile(np.arange(5) < 1, 100), np.tile(np.arange(5) < 4, 100)
    equal(
        submission.calibration_error(confidence, np.concatenate(correct), 5),
        0.0,
        "the error of predictions that are right as often as they say",
        atol=1e-12,
    )
    refuses(submission, "calibration_error", np.zeros(0), np.zeros(0, dtype=bool))
