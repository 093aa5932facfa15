"""word2vec, the skip-gram, on torch tensors.

Symbols: c is a centre word and v_c its vector, o an outside word and u_o its vector, both of
dimension d; V is the size of the vocabulary, T the length of the text, m the window.

Source: CS224n lecture 1, sections 2 to 4; Mikolov et al. 2013.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from plugins.torch_backend.arrays import checked_ids, to_tensor


@torch.no_grad()
def context_pairs(tokens: Sequence[int] | Tensor, window: int) -> tuple[Tensor, Tensor]:
    """Return every pair of w_t with w_{t+j}, −m ≤ j ≤ m, j ≠ 0, in order of t, then j.

    Returns:
        centre ids and outside ids, int64 `(P,)` each, of the text `(T,)`.
    """
    tokens = to_tensor(tokens).long()
    T = len(tokens)
    t = torch.arange(T, device=tokens.device)[:, None]
    j = torch.arange(-window, window + 1, device=tokens.device)
    outside = t + j
    inside = (outside >= 0) & (outside < T) & (j != 0)  # (T, 2m + 1), read row by row
    return tokens[t.expand_as(inside)[inside]], tokens[outside[inside]]


@torch.no_grad()
def softmax(scores: Tensor) -> Tensor:
    """Return p_i = exp(x_i) / Σ_j exp(x_j) over the last axis of `scores: (..., V)`."""
    return torch.softmax(to_tensor(scores), dim=-1)


@torch.no_grad()
def naive_softmax(
    center: Tensor, outside_id: int, outside_vectors: Tensor
) -> tuple[float, Tensor, Tensor]:
    """Loss −log P(o|c) of one pair and its gradients, P(w|c) = exp(u_wᵀ v_c) / Σ_k exp(u_kᵀ v_c).

    Returns:
        loss, ∂loss/∂v_c `(d,)` and the gradient of all outside vectors `(V, d)`.
    """
    center, outside_vectors = to_tensor(center), to_tensor(outside_vectors)
    log_P = functional.log_softmax(outside_vectors @ center, dim=-1)
    error = log_P.exp()
    error[outside_id] -= 1  # P − y
    return -log_P[outside_id].item(), error @ outside_vectors, torch.outer(error, center)


class SkipGram(Model):
    """Scores of all outside words for each centre word: v_c Uᵀ, P(·|c) = softmax(scores).

    Differentiated by hand: gradients are added in place. Autograd would make new tables of full
    size first.
    """

    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (vocabulary_size, dimension)
        self.add_parameter("center_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("outside_vectors", rng.normal(scale=0.1, size=shape))

    @torch.no_grad()
    def forward(self, center_ids: Tensor) -> Tensor:
        """Return the scores u_wᵀ v_c `(N, V)` for the centre words `center_ids: (N,)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        center_vectors = self.parameters["center_vectors"]
        self._center_ids = checked_ids(center_ids, len(center_vectors))
        self._v_c = functional.embedding(self._center_ids, center_vectors)
        return torch.mm(self._v_c, self.parameters["outside_vectors"].T)

    @torch.no_grad()
    def backward(self, grad_scores: Tensor) -> None:
        """Add the gradients of both parameters, given that of the scores `(N, V)`."""
        grad_v_c = grad_scores @ self.parameters["outside_vectors"]
        self.gradients["center_vectors"].index_add_(0, self._center_ids, grad_v_c)
        self.gradients["outside_vectors"].addmm_(grad_scores.T, self._v_c)

    @torch.no_grad()
    def negative_log_likelihood(self, tokens: Sequence[int] | Tensor, window: int) -> float:
        """J(θ) = −1/T Σ_t Σ_{−m≤j≤m, j≠0} log P(w_{t+j} | w_t), without positions outside."""
        center_ids, outside_ids = context_pairs(tokens, window)
        words, row = torch.unique(center_ids, return_inverse=True)
        v = functional.embedding(words, self.parameters["center_vectors"])
        log_P = functional.log_softmax(v @ self.parameters["outside_vectors"].T, dim=-1)
        return -log_P[row, outside_ids].sum().item() / len(tokens)

    def likelihood(self, tokens: Sequence[int] | Tensor, window: int) -> float:
        """L(θ) = Π_t Π_{−m≤j≤m, j≠0} P(w_{t+j} | w_t); 0 where float64 has no smaller number."""
        return math.exp(-len(tokens) * self.negative_log_likelihood(tokens, window))
