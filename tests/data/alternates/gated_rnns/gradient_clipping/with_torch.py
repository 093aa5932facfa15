"""PyTorch, by its own norm of scaled gradients."""

import torch


def _norm(gradients):
    parts = [g.double().reshape(-1) for g in gradients.values()]
    vector = torch.cat([*parts, torch.zeros(1, dtype=torch.float64)])
    if not torch.isfinite(vector).all():
        raise ValueError("not finite")
    scale = vector.abs().max()
    return float(scale * (vector / scale).norm()) if scale > 0 else 0.0


def clip_by_norm(gradients, threshold):
    if not threshold > 0:
        raise ValueError("a threshold is positive")
    factor = min(1.0, threshold / max(_norm(gradients), 1e-300))
    return {name: g * factor for name, g in gradients.items()}
