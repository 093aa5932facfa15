"""Negative sampling on torch tensors.

Source: Mikolov et al., "Distributed Representations of Words and Phrases and their
Compositionality" (2013), section 2.2.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from plugins.torch_backend.arrays import checked_ids, to_tensor


def sampling_distribution(counts: Tensor, power: float = 0.75) -> Tensor:
    """Return count(w)^power as shares of their sum, `(V,)` float64; words that never occur get 0.

    Raises:
        ValueError: a count is negative or not finite, or no word occurs.
    """
    counts = to_tensor(counts).double()
    if not (counts.isfinite().all() and (counts >= 0).all() and (counts > 0).any()):
        raise ValueError(f"counts are numbers ≥ 0, not all of them 0, but got {counts}")
    shares = torch.where(counts > 0, (counts / counts.max()) ** power, torch.zeros_like(counts))
    return shares / shares.sum()


def negative_sampling(
    center: Tensor, outside_id: int, negative_ids: Tensor, outside_vectors: Tensor
) -> tuple[float, Tensor, Tensor, Tensor]:
    """J = −log σ(u_oᵀ v_c) − Σ_k log σ(−u_kᵀ v_c), and its gradients.

    Returns:
        J, the gradient of v_c `(d,)`, the ids of the words, sorted and each once `(R,)`, and the
        gradients of their vectors `(R, d)`.

    Raises:
        IndexError: an id outside 0 ... V−1.
    """
    size = len(outside_vectors)
    drawn = checked_ids(negative_ids, size)
    named = torch.cat([checked_ids(outside_id, size).reshape(1), drawn])
    vectors = outside_vectors[named]
    signs = torch.cat([center.new_ones(1), -center.new_ones(len(drawn))])
    z = signs * (vectors @ center)
    slopes = -signs * torch.sigmoid(-z)
    rows, places = torch.unique(named, return_inverse=True)
    gradients = center.new_zeros(len(rows), len(center))
    gradients.index_add_(0, places, torch.outer(slopes, center))
    return float(-functional.logsigmoid(z).sum()), slopes @ vectors, rows, gradients
