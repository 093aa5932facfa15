"""All scores at once; np.logaddexp; prints and tests under ``__main__``."""

from __future__ import annotations

import numpy as np

print("negative sampling")


def sampling_distribution(counts, power: float = 0.75):
    if np.any(~np.isfinite(counts)) or np.any(counts < 0) or not np.any(counts):
        raise ValueError("invalid counts")
    shares = counts / counts.max()
    weights = np.where(shares > 0, np.power(shares, power), 0.0)
    return weights / np.sum(weights)


def negative_sampling(center, outside_id: int, negative_ids, outside_vectors):
    ids = np.array([outside_id, *negative_ids], dtype=int)
    if ids.min() < 0 or ids.max() >= outside_vectors.shape[0]:
        raise IndexError("no such word")
    sign = np.where(np.arange(ids.size) == 0, 1, -1).astype(center.dtype)
    vectors = outside_vectors.take(ids, axis=0)
    z = sign * vectors.dot(center)
    losses = np.logaddexp(0, -z)
    slopes = -sign * np.exp(-np.logaddexp(0, z))
    words, inverse = np.unique(ids, return_inverse=True)
    selection = np.equal.outer(np.arange(words.size), inverse.ravel()).astype(center.dtype)
    return float(losses.sum()), slopes @ vectors, words, np.outer(selection @ slopes, center)


if __name__ == "__main__":
    print(sampling_distribution(np.array([16, 1])))
