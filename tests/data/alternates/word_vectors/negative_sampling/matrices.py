"""Repeats by a matrix of ones that says which question is about which word."""

import numpy as np


def sampling_distribution(counts, power=0.75):
    counts = np.asarray(counts, float)
    if np.any(~np.isfinite(counts)) or np.any(counts < 0) or not np.any(counts):
        raise ValueError("no counts")
    with np.errstate(divide="ignore"):
        logs = np.log(counts)
    occurs = counts > 0
    weights = np.zeros(len(counts))
    weights[occurs] = np.exp(power * (logs[occurs] - logs[occurs].max()))
    return weights / np.sum(weights)


def negative_sampling(center, outside_id, negative_ids, outside_vectors):
    ids = np.array([outside_id, *negative_ids], dtype=np.int64)
    if np.any(ids < 0) or np.any(ids >= len(outside_vectors)):
        raise IndexError("no such word")
    answers = (np.arange(len(ids)) == 0).astype(center.dtype)
    rows = np.array(sorted(set(ids.tolist())))
    about = (ids[:, None] == rows).astype(center.dtype)
    scores = about @ (outside_vectors[rows] @ center)
    yes = np.exp(-np.logaddexp(0, -scores)).astype(center.dtype)
    slopes = yes - answers
    loss = np.where(answers == 1, np.logaddexp(0, -scores), np.logaddexp(0, scores)).sum()
    totals = about.T @ slopes
    return float(loss), totals @ outside_vectors[rows], rows, np.outer(totals, center)
