"""CBOW, the continuous bag of words, on torch tensors.

Symbols: o is a word of the context and v_o its vector, c the centre word and u_c its vector, both
of dimension d; V is the size of the vocabulary, T the length of the text, m the window.

Source: CS224n lecture 1, section 2.2; Mikolov et al. 2013.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from plugins.torch_backend.arrays import checked_ids, current_device, to_tensor


@torch.no_grad()
def context_windows(tokens: Sequence[int] | Tensor, window: int) -> tuple[Tensor, Tensor]:
    """Return ids and mask `(T, 2m)` of the context of each word of the text `(T,)`."""
    words = to_tensor(tokens).long().to(current_device())
    padded = functional.pad(words + 1, (window, window))  # 0: outside of the text
    places = (k for k in range(2 * window + 1) if k != window)
    words_around = torch.stack([padded[k : k + len(words)] for k in places], dim=1)  # (T, 2m)
    return (words_around - 1).clamp(min=0), words_around > 0


class CBOW(Model):
    """Scores of all centre words for each context: v̄ Uᵀ, with v̄ the mean of the v_o.

    Differentiated by hand, like the skip-gram: autograd would make new tables of full size first.
    """

    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (vocabulary_size, dimension)
        self.add_parameter("context_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("center_vectors", rng.normal(scale=0.1, size=shape))

    @torch.no_grad()
    def forward(self, contexts: Tensor, mask: Tensor) -> Tensor:
        """Return the scores v̄ᵀ u_c `(N, V)`, given contexts and mask `(N, C)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        vectors, U = self.parameters["context_vectors"], self.parameters["center_vectors"]
        self._contexts = checked_ids(contexts, len(vectors))
        words = to_tensor(mask).to(vectors.dtype)
        self._shares = (words / words.sum(1, keepdim=True).clamp(min=1.0))[:, None]  # (N, 1, C)
        self._mean = torch.bmm(self._shares, functional.embedding(self._contexts, vectors))[:, 0]
        return torch.mm(self._mean, U.T)

    @torch.no_grad()
    def backward(self, grad_scores: Tensor) -> None:
        """Add the gradients of both parameters, given that of the scores `(N, V)`."""
        grad_mean = grad_scores @ self.parameters["center_vectors"]
        shared = torch.bmm(self._shares.transpose(1, 2), grad_mean[:, None])  # (N, C, d)
        table = self.gradients["context_vectors"]
        table.index_add_(0, self._contexts.flatten(), shared.flatten(0, 1))
        self.gradients["center_vectors"].addmm_(grad_scores.T, self._mean)

    @torch.no_grad()
    def negative_log_likelihood(self, tokens: Sequence[int] | Tensor, window: int) -> float:
        """J(θ) = −1/T Σ_t log P(w_t | its context)."""
        words = to_tensor(tokens).long().to(current_device())
        scores = self.forward(*context_windows(words, window))
        return float(functional.cross_entropy(scores, words))
