"""How good is a translation, and how sure is the number: BLEU, chrF, the bootstrap, calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from framework.interfaces import Array


def ngrams(tokens: Sequence[Hashable], n: int) -> Counter[tuple[Hashable, ...]]:
    """Given: return how often each n-gram of `tokens` occurs; a string has characters."""
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def bleu_statistics(
    hypotheses: Sequence[Sequence[str]],
    references: Sequence[Sequence[Sequence[str]]],
    order: int = 4,
) -> Array:
    """Return the counts of each sentence, from which `bleu` computes the score.

    Args:
        hypotheses: M translations, each a list of tokens.
        references: for each hypothesis one or more right translations, each a list of tokens.
        order: the longest n-grams, N ≥ 1.

    Returns:
        int64 `(M, 2 N + 2)`: for n = 1 ... N the clipped matches, then for n = 1 ... N the number
        of n-grams of the hypothesis, its length c, and the length r of the closest reference.

    Raises:
        ValueError: there is no hypothesis, the counts of both lists differ, a sentence has no
            reference, or N is below 1.
    """
    if not hypotheses or len(hypotheses) != len(references) or not all(references) or order < 1:
        raise ValueError(
            "one hypothesis or more, at least one reference for each of them, and order ≥ 1 are "
            f"needed: {len(hypotheses)} hypotheses, {len(references)} references, order {order}"
        )
    # BEGIN SOLUTION: count each n; clip by the largest count in one reference; the closest length
    rows = []
    for hypothesis, right in zip(hypotheses, references, strict=True):
        matches, totals = [], []
        for n in range(1, order + 1):
            counts = ngrams(hypothesis, n)
            most: Counter[tuple[Hashable, ...]] = Counter()
            for reference in right:
                most |= ngrams(reference, n)
            matches.append((counts & most).total())
            totals.append(counts.total())
        c = len(hypothesis)
        r = min(sorted(map(len, right)), key=lambda length: abs(length - c))
        rows.append([*matches, *totals, c, r])
    return np.array(rows, dtype=np.int64)
    # END SOLUTION


def bleu(statistics: Array) -> float:
    """Return BLEU of a corpus, from 0 to 100.

    Args:
        statistics: `(2 N + 2,)`, the sum of the rows of `bleu_statistics` over all sentences.

    Returns:
        100 · BP · (p_1 ⋯ p_N)^(1/N); 0 if one of the p_n is 0, or there are no n-grams.
    """
    # BEGIN SOLUTION: precisions of the sums, geometric mean, brevity penalty
    order = (len(statistics) - 2) // 2
    matches, totals = statistics[:order], statistics[order : 2 * order]
    c, r = statistics[-2:]
    if matches.min() == 0:
        return 0.0
    brevity = min(0.0, 1 - r / c)
    return float(100 * np.exp(brevity + np.mean(np.log(matches / totals))))
    # END SOLUTION


def chrf(
    hypotheses: Sequence[str], references: Sequence[str], order: int = 6, beta: float = 2.0
) -> float:
    """Return chrF of a corpus, from 0 to 100: an F-score of character n-grams.

    Args:
        hypotheses: M translations. Blanks do not count.
        references: the right translation of each.
        order: the longest n-grams, N ≥ 1.
        beta: recall counts β² times as much as precision.

    Returns:
        100 times the F-score of the means of precision and recall over those n for which there are
        n-grams; 0 if nothing matches. Where a reference has no n-grams of length n, those of its
        hypothesis do not count.

    Raises:
        ValueError: there is no hypothesis, the counts of both lists differ, N is below 1, or β is
            not above 0.
    """
    if not hypotheses or len(hypotheses) != len(references) or order < 1 or not beta > 0:
        raise ValueError(
            "one hypothesis or more, a reference for each, order ≥ 1 and beta > 0 are needed: "
            f"{len(hypotheses)} and {len(references)} texts, order {order}, beta {beta}"
        )
    # BEGIN SOLUTION: matches, n-grams of hypotheses and of references for each n; then the means
    counts = np.zeros((order, 3))
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        written, right = "".join(hypothesis.split()), "".join(reference.split())
        for n in range(1, order + 1):
            ours, theirs = ngrams(written, n), ngrams(right, n)
            if theirs:
                counts[n - 1] += (ours & theirs).total(), ours.total(), theirs.total()
    matches, ours_total, theirs_total = counts[counts[:, 1] > 0].T
    if not matches.any():
        return 0.0
    p, r = np.mean(matches / ours_total), np.mean(matches / theirs_total)
    return float(100 * (1 + beta**2) * p * r / (beta**2 * p + r))
    # END SOLUTION


def bootstrap_interval(
    statistics: Array,
    score: Callable[[Array], Array],
    level: float = 0.95,
    draws: int = 1000,
    *,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return an interval for the score of a corpus, by drawing its sentences again.

    Args:
        statistics: `(M, K)`, a row for each sentence.
        score: returns the scores `(R,)` of R corpora for the sums of their rows, `(R, K)`.
        level: the share of the drawn corpora inside of the interval, in (0, 1).
        draws: the number of drawn corpora, each of M sentences. `score` is called once for all.

    Returns:
        the quantiles (1 − level) / 2 and (1 + level) / 2 of their scores.

    Raises:
        ValueError: there is no sentence, `draws` is below 1, or `level` is not in (0, 1).
    """
    if not len(statistics) or draws < 1 or not 0 < level < 1:
        raise ValueError(
            f"a sentence, draws ≥ 1 and 0 < level < 1 are needed, not {len(statistics)} sentences, "
            f"{draws} and {level}"
        )
    # BEGIN SOLUTION: how often each corpus has each sentence; the sums; quantiles of the scores
    M = len(statistics)
    times = rng.multinomial(M, np.full(M, 1 / M), size=draws)
    low, high = np.quantile(score(times @ statistics), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
    # END SOLUTION


def calibration_error(confidence: Array, correct: Array, bins: int = 10) -> float:
    """Return the expected calibration error: how far confidence is from accuracy.

    Args:
        confidence: `(M,)`, the probability in [0, 1] of each prediction.
        correct: `(M,)`, whether the prediction is right: bool, or 0 and 1.
        bins: the number B of bins of equal width; a confidence is in bin ⌈B · confidence⌉, and 0 in
            bin 1.

    Returns:
        the sum over the bins of their share of all predictions times |accuracy − mean confidence|.

    Raises:
        ValueError: there is no prediction, the shapes differ, a confidence is outside of [0, 1], or
            B is below 1.
    """
    if (
        not len(confidence)
        or np.shape(confidence) != np.shape(correct)
        or not np.all((confidence >= 0) & (confidence <= 1))
        or bins < 1
    ):
        raise ValueError(
            "confidences in [0, 1], as many results, and bins ≥ 1 are needed: "
            f"{np.shape(confidence)}, {np.shape(correct)} and {bins} bins"
        )
    # BEGIN SOLUTION: the bin of each prediction; the difference of two sums in each bin
    places = np.maximum(np.ceil(confidence * bins).astype(np.int64) - 1, 0)
    differences = np.bincount(places, weights=correct - confidence, minlength=bins)
    return float(np.abs(differences).sum() / len(confidence))
    # END SOLUTION
