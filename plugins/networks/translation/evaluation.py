"""BLEU, chrF, intervals by the bootstrap, and the calibration error.

Sources: Papineni et al. (2002); Popović (2015); Koehn (2004); Guo et al. (2017). Counts are small:
NumPy adds them up, whatever the arrays of the backend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from math import exp, log
from typing import Any

import numpy as np

from framework.arrays import current_arrays


def bleu_statistics(
    hypotheses: Sequence[Sequence[str]],
    references: Sequence[Sequence[Sequence[str]]],
    order: int = 4,
) -> Any:
    """Return clipped matches, n-grams, length and closest length of each sentence.

    Returns:
        int64 `(M, 2 order + 2)`.

    Raises:
        ValueError: the corpus is empty, counts differ, a reference is missing, or order < 1.
    """
    _check_counts(hypotheses, references)
    if order < 1 or not all(references):
        raise ValueError(f"order ≥ 1 and a reference for each sentence are needed, not {order}")
    rows = [
        _statistics(list(hypothesis), [list(text) for text in texts], order)
        for hypothesis, texts in zip(hypotheses, references, strict=True)
    ]
    return current_arrays().from_numpy(np.array(rows, dtype=np.int64))


def bleu(statistics: Any) -> float:
    """Return BLEU, 0 to 100, for the sum of the rows of `bleu_statistics`."""
    *counts, length, right = (int(number) for number in current_arrays().to_numpy(statistics))
    order = len(counts) // 2
    pairs = list(zip(counts[:order], counts[order:], strict=True))
    if not all(matches for matches, _ in pairs):
        return 0.0
    mean = sum(log(matches / total) for matches, total in pairs) / order
    return 100 * exp(mean + min(0, 1 - right / length))


def chrf(
    hypotheses: Sequence[str], references: Sequence[str], order: int = 6, beta: float = 2.0
) -> float:
    """Return chrF, 0 to 100: the F-score of n-grams of characters, n = 1 ... order.

    Raises:
        ValueError: the corpus is empty, counts differ, or a setting is out of range.
    """
    _check_counts(hypotheses, references)
    if order < 1 or not beta > 0:
        raise ValueError(f"order ≥ 1 and beta > 0 are needed, not {order} and {beta}")
    scores = []
    for n in range(1, order + 1):
        ours, right = Counter[Hashable](), Counter[Hashable]()
        for number, texts in enumerate(zip(hypotheses, references, strict=True)):
            written, wanted = (list("".join(text.split())) for text in texts)
            if len(wanted) >= n:  # n-grams of different sentences do not match
                ours.update((number, ngram) for ngram in _ngrams(written, n).elements())
                right.update((number, ngram) for ngram in _ngrams(wanted, n).elements())
        if ours and right:
            matches = (ours & right).total()
            scores.append((matches / ours.total(), matches / right.total()))
    if not any(precision for precision, _ in scores):
        return 0.0
    precision, recall = (sum(side) / len(scores) for side in zip(*scores, strict=True))
    return float(100 * (1 + beta**2) * precision * recall / (beta**2 * precision + recall))


def bootstrap_interval(
    statistics: Any,
    score: Callable[[Any], Any],
    level: float = 0.95,
    draws: int = 1000,
    *,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return the quantiles (1 ∓ level) / 2 of the scores of corpora with drawn sentences.

    Args:
        statistics: `(M, K)`, a row for each sentence.
        score: returns the scores `(draws,)` of sums of rows, `(draws, K)`.

    Raises:
        ValueError: there is no sentence, `draws` < 1, or `level` is not in (0, 1).
    """
    arrays = current_arrays()
    rows = arrays.to_numpy(statistics)
    if not len(rows) or draws < 1 or not 0 < level < 1:
        raise ValueError(f"{len(rows)} sentences, {draws} draws and level {level} give no interval")
    sums = np.stack(
        [rows[rng.integers(len(rows), size=len(rows))].sum(axis=0) for _ in range(draws)]
    )
    scores = arrays.to_numpy(arrays.asarray(score(arrays.from_numpy(sums))))
    low, high = np.quantile(scores, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def calibration_error(confidence: Any, correct: Any, bins: int = 10) -> float:
    """Return the expected calibration error of predictions, with `bins` bins ((b − 1)/B, b/B].

    Raises:
        ValueError: there is no prediction, shapes differ, a confidence is outside of [0, 1], or
            `bins` < 1.
    """
    arrays = current_arrays()
    said, right = (arrays.to_numpy(arrays.asarray(each)) for each in (confidence, correct))
    if not said.size or said.shape != right.shape or bins < 1:
        raise ValueError(f"confidences {said.shape} and results {right.shape} in {bins} bins")
    if not (said.min() >= 0 and said.max() <= 1):
        raise ValueError("a confidence is a probability, from 0 to 1")
    belongs = np.clip(np.ceil(said * bins), 1, bins) == np.arange(1, bins + 1)[:, None]
    return float(np.abs(belongs @ (right - said)).sum() / said.size)


def _check_counts(hypotheses: Sequence[Any], references: Sequence[Any]) -> None:
    if not len(hypotheses) or len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} hypotheses, but {len(references)} references")


def _ngrams(tokens: Sequence[str], n: int) -> Counter[Hashable]:
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def _statistics(tokens: list[str], right: list[list[str]], order: int) -> list[int]:
    """Return the row of one sentence."""
    matches = []
    for n in range(1, order + 1):
        allowed = [_ngrams(reference, n) for reference in right]
        matches.append(
            sum(
                min(count, max(each[ngram] for each in allowed))
                for ngram, count in _ngrams(tokens, n).items()
            )
        )
    totals = [max(len(tokens) - n, 0) for n in range(order)]
    closest = min(map(len, right), key=lambda length: (abs(length - len(tokens)), length))
    return [*matches, *totals, len(tokens), closest]
