"""Warnings are errors; math.hypot is the norm."""

import math

import numpy as np

np.seterr(all="raise")


def clip_by_norm(gradients, threshold):
    if not threshold > 0:
        raise ValueError(f"threshold {threshold}")
    if not all(np.all(np.isfinite(g)) for g in gradients.values()):
        raise ValueError("a gradient is not finite")
    norm = math.hypot(*(float(entry) for g in gradients.values() for entry in g.flat))
    clipped = {}
    for name, g in gradients.items():
        clipped[name] = g.copy()
        if norm > threshold:
            with np.errstate(under="ignore"):
                clipped[name] = (g / norm * threshold).astype(g.dtype)
    return clipped
