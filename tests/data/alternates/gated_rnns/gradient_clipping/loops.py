"""Entry by entry: math.hypot neither overflows nor underflows."""

import math

import numpy as np


def _norm(gradients):
    length = 0.0
    for g in gradients.values():
        for entry in g.flat:
            if not math.isfinite(entry):
                raise ValueError(f"{entry} among the gradients")
            length = math.hypot(length, float(entry))
    return length


def clip_by_norm(gradients, threshold):
    if threshold != threshold or threshold <= 0:
        raise ValueError("a threshold is positive")
    norm = _norm(gradients)
    clipped = {}
    for name, g in gradients.items():
        clipped[name] = np.empty_like(g)
        for place, entry in np.ndenumerate(g):
            clipped[name][place] = entry * (threshold / norm) if norm > threshold else entry
    return clipped
