"""All entries in one long vector, and back."""

import numpy as np


def _norm(gradients):
    vector = np.concatenate([np.ravel(g) for g in gradients.values()] or [np.zeros(0)])
    if not np.all(np.isfinite(vector)):
        raise ValueError("not finite")
    scale = np.max(np.abs(vector), initial=0.0)
    return float(scale * np.linalg.norm(vector / scale)) if scale else 0.0


def clip_by_norm(gradients, threshold):
    if not threshold > 0:
        raise ValueError("no such threshold")
    norm = _norm(gradients)
    if norm <= threshold:
        return {name: np.array(g) for name, g in gradients.items()}
    return {name: (g / norm * threshold).astype(g.dtype) for name, g in gradients.items()}
