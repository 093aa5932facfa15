"""Counts how often each word was drawn; returns a list with a NumPy number."""

from collections import Counter

import numpy as np

np.seterr(all="raise", under="ignore")


def sampling_distribution(counts, power=0.75):
    counts = np.array(counts, dtype=float)
    if not np.isfinite(counts).all() or (counts < 0).any() or not (counts > 0).any():
        raise ValueError("counts must be at least 0, and one above 0")
    seen = counts > 0
    weights = np.zeros(len(counts))
    weights[seen] = (counts[seen] / counts.max()) ** power
    return weights / weights.sum()


def _log_one_plus_exp(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _sigmoid(z):
    return np.exp(-_log_one_plus_exp(-z))


def negative_sampling(center, outside_id, negative_ids, outside_vectors):
    drawn = Counter(int(i) for i in negative_ids)
    words = sorted({*drawn, int(outside_id)})
    if words[0] < 0 or words[-1] >= len(outside_vectors):
        raise IndexError(f"words {words}")
    J = np.float64(0)
    d_center = np.zeros_like(center)
    d_words = np.zeros((len(words), len(center)), center.dtype)
    for row, word in enumerate(words):
        u = outside_vectors[word]
        z = u @ center
        dz = drawn[word] * _sigmoid(z)
        J += drawn[word] * _log_one_plus_exp(z)
        if word == outside_id:
            J += _log_one_plus_exp(-z)
            dz -= _sigmoid(-z)
        d_center = d_center + dz * u
        d_words[row] = dz * center
    return [J, d_center, np.array(words), d_words]
