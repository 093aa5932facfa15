"""One long vector scaled by its largest entry; Fortran order; tests under ``__main__``."""

from __future__ import annotations

import numpy as np

print("clipping")


def _norm(gradients) -> float:
    vector = np.concatenate([np.zeros(1), *(np.ravel(g).astype(float) for g in gradients.values())])
    if not np.isfinite(vector).all():
        raise ValueError("infinite or NaN")
    largest = np.abs(vector).max()
    return float(largest * np.linalg.norm(vector / largest)) if largest else 0.0


def clip_by_norm(gradients, threshold: float):
    if np.isnan(threshold) or threshold <= 0:
        raise ValueError("the threshold must be positive")
    norm = _norm(gradients)
    factor = 1.0 if norm <= threshold else threshold / norm
    return {k: np.array(factor * g, dtype=g.dtype, order="F") for k, g in gradients.items()}


if __name__ == "__main__":
    print(clip_by_norm({"W": np.array([[3.0]]), "b": np.array([4.0])}, 1.0))
