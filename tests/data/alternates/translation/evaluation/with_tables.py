"""Whole tables at once: log2, np.unique, np.digitize, indices of all draws together."""

from collections import Counter

import numpy as np


def bleu_statistics(hypotheses, references, order=4):
    if not len(hypotheses) or len(hypotheses) != len(references) or order < 1:
        raise ValueError("unequal counts")
    if any(len(several) == 0 for several in references):
        raise ValueError("a sentence without a reference")

    def grams(words, n):
        return Counter(zip(*(words[i:] for i in range(n)), strict=False))

    lines = []
    for words, several in zip(hypotheses, references, strict=True):
        lengths = np.sort([len(reference) for reference in several])
        clipped = []
        for n in range(1, order + 1):
            ours = grams(words, n)
            rights = [grams(reference, n) for reference in several]
            clipped.append(sum(min(k, max(r[g] for r in rights)) for g, k in ours.items()))
        totals = np.maximum(len(words) - np.arange(order), 0)
        closest = lengths[np.argmin(np.abs(lengths - len(words)))]
        lines.append(np.concatenate([clipped, totals, [len(words), closest]]).astype(np.int64))
    return np.stack(lines)


def bleu(statistics):
    matches, totals = statistics[:-2].reshape(2, -1)
    if (matches == 0).any():
        return 0.0
    c, r = statistics[-2], statistics[-1]
    exponent = np.log2(matches / totals).mean()
    if c < r:
        exponent += (1 - r / c) / np.log(2)
    return float(100 * 2**exponent)


def chrf(hypotheses, references, order=6, beta=2.0):
    if not len(hypotheses) or len(hypotheses) != len(references) or order < 1 or not beta > 0:
        raise ValueError("wrong arguments")
    sums = np.zeros((3, order))
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        a, b = ("".join(text.split()) for text in (hypothesis, reference))
        for n in range(1, order + 1):
            one, other = (
                np.array([text[i : i + n] for i in range(len(text) - n + 1)]) for text in (a, b)
            )
            if not other.size:
                continue
            sums[1:, n - 1] += one.size, other.size
            for gram, times in zip(*np.unique(other, return_counts=True), strict=True):
                sums[0, n - 1] += min(times, np.count_nonzero(one == gram))
    matches, ours, right = sums[:, (sums[1:] > 0).all(axis=0)]
    if matches.sum() == 0:
        return 0.0
    p, r = (matches / ours).mean(), (matches / right).mean()
    return float(100 * p * r * (1 + beta**2) / (r + p * beta * beta))


def bootstrap_interval(statistics, score, level=0.95, draws=1000, *, rng):
    if not len(statistics) or draws < 1 or not 0 < level < 1:
        raise ValueError("wrong arguments")
    sentences = np.arange(len(statistics))
    drawn = rng.choice(sentences, size=(draws, len(sentences)), replace=True)
    share = 100 * (1 - level) / 2
    return tuple(np.percentile(score(statistics[drawn].sum(axis=1)), [share, 100 - share]).tolist())


def calibration_error(confidence, correct, bins=10):
    ok = len(confidence) and len(confidence) == len(correct) and bins > 0
    if not ok or np.any(confidence < 0) or np.any(confidence > 1):
        raise ValueError("wrong arguments")
    edges = np.linspace(0, 1, bins + 1)
    number = np.digitize(confidence, edges[1:-1], right=True)
    belongs = number == np.arange(bins)[:, None]
    sizes = belongs.sum(axis=1)
    accuracy = (belongs * correct).sum(axis=1) / np.maximum(sizes, 1)
    means = (belongs * confidence).sum(axis=1) / np.maximum(sizes, 1)
    return float(np.sum(sizes / len(confidence) * np.abs(accuracy - means)))
