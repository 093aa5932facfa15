"""Word by word, with a dict of gradients."""

import math

import numpy as np


def sampling_distribution(counts, power=0.75):
    if len(counts) == 0 or not all(math.isfinite(c) and c >= 0 for c in counts) or not any(counts):
        raise ValueError("no counts")
    logs = [power * math.log(c) if c > 0 else -math.inf for c in counts]
    largest = max(logs)
    weights = [math.exp(log - largest) for log in logs]
    return np.array([weight / math.fsum(weights) for weight in weights])


def negative_sampling(center, outside_id, negative_ids, outside_vectors):
    questions = [(int(outside_id), 1), *((int(k), -1) for k in negative_ids)]
    loss, d_center, found = 0.0, np.zeros_like(center), {}
    for word, sign in questions:
        if word < 0 or word >= len(outside_vectors):
            raise IndexError(f"{word} is no word")
        u = outside_vectors[word]
        z = sign * float(u @ center)
        loss += math.log1p(math.exp(-abs(z))) + max(-z, 0.0)
        wrong = math.exp(-z) / (1 + math.exp(-z)) if z > 0 else 1 / (1 + math.exp(z))
        slope = center.dtype.type(-sign * wrong)
        d_center += slope * u
        found[word] = found.get(word, 0) + slope * center
    rows = sorted(found)
    return loss, d_center, np.array(rows), np.array([found[word] for word in rows])
