"""A step of a skip-gram with negative sampling on blocks of text, on torch tensors.

Source: Mikolov et al., "Distributed Representations of Words and Phrases and their
Compositionality" (2013), section 2.2.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


@torch.no_grad()
def skip_gram_step(
    center_vectors: Tensor,
    outside_vectors: Tensor,
    center_ids: Tensor,
    outside_ids: Tensor,
    weights: Tensor,
    learning_rate: float,
) -> Tensor:
    """Take one step of gradient descent on the vectors of the given words, in place.

        J = Σ |w| log(1 + exp(−z)),   z = sign(w) u·v,   ∂J/∂(u·v) = −w σ(−z)

    Args:
        center_vectors: all v `(V, d)`.
        outside_vectors: all u `(V, d)`.
        center_ids: `(B, T)`.
        outside_ids: `(B, M)`.
        weights: w `(B, T, M)`, negative where an outside word was drawn.
        learning_rate: length of the step, as a factor of the gradient.

    Returns:
        J before the step, a tensor without axes.
    """
    v = functional.embedding(center_ids, center_vectors)
    u = functional.embedding(outside_ids, outside_vectors)
    z = torch.bmm(v, u.mT).mul_(weights.sign())
    loss = torch.vdot(weights.abs().flatten(), functional.softplus(-z).flatten())
    downhill = z.neg_().sigmoid_().mul_(weights).mul_(learning_rate)
    center_vectors.index_add_(0, center_ids.flatten(), torch.bmm(downhill, u).flatten(0, 1))
    outside_vectors.index_add_(0, outside_ids.flatten(), torch.bmm(downhill.mT, v).flatten(0, 1))
    return loss
