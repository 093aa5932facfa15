"""A recurrent layer as an encoder of sentences, with torch tensors.

Source: CS224n lecture 6, section 3.5; Conneau et al., "Supervised Learning of Universal Sentence
Representations from Natural Language Inference Data" (2017).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
from plugins.torch_backend.model import checked_ids

PAD = 0
POOLINGS = ("final", "max", "mean")


class SentenceEncoder(Model):
    """logits = encoding U + b_2, where the encoding pools the states h_t of a recurrent layer.

    Padding stands at the end, where no word's state depends on it: the cell reads without a mask,
    as its fused kernel wants, and the pooling leaves those states out.

    Args:
        vocabulary_size: V, the padding id 0 included.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of a state and of the encoding.
        classes: C.
        pooling: "final", "max" or "mean".
        cell: registered name of the recurrent layer.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, those of the cell as ``cell.NAME``, U `(H, C)`, b_2 `(C,)`.

    Raises:
        ValueError: there is no such pooling.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        pooling: str = "final",
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling is one of {', '.join(POOLINGS)}, but got '{pooling}'")
        V, E, H, C = vocabulary_size, embedding_size, hidden_size, classes
        self.vocabulary_size, self.pooling = V, pooling
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, C)))
        self.add_parameter("b_2", np.zeros(C))

    @torch.no_grad()
    def encode(self, ids: Tensor) -> Tensor:
        """One vector for each text, `(N, H)`; zeros for a text without words.

        Args:
            ids: `(N, T)` integers, short texts filled up with `PAD` at the end.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        self._ids = checked_ids(ids, self.vocabulary_size)
        h: Tensor = self.cell.forward(functional.embedding(self._ids, self.parameters["embedding"]))
        self._weights = self._pooling_weights(h)
        return (self._weights * h).sum(1)

    @torch.no_grad()
    def forward(self, ids: Tensor) -> Tensor:
        """Encode, then score.

        Args:
            ids: `(N, T)` integers, short texts filled up with `PAD` at the end.

        Returns:
            logits `(N, C)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        self._encoding = self.encode(ids)
        return torch.addmm(self.parameters["b_2"], self._encoding, self.parameters["U"])

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Back through the scores, the pooling, the cell and the embeddings.

        Args:
            grad_logits: `(N, C)`. Not modified.
        """
        self.gradients["U"].addmm_(self._encoding.T, grad_logits)
        self.gradients["b_2"].add_(grad_logits.sum(0))
        grad_encoding = grad_logits @ self.parameters["U"].T
        grad_e, _ = self.cell.backward(self._weights * grad_encoding[:, None])
        ids = self._ids.flatten()
        self.gradients["embedding"].index_add_(0, ids, grad_e.flatten(0, 1))

    def _pooling_weights(self, h: Tensor) -> Tensor:
        """Every pooling is a sum Σ_t weight_t ∘ h_t: its weights, `(N, T, H)` or `(N, T, 1)`."""
        words = (self._ids != PAD)[:, :, None]
        counts = words.sum(1, keepdim=True)
        if self.pooling == "mean":
            return words.to(h.dtype) / counts.clamp(min=1)
        if self.pooling == "final":
            chosen = (counts - 1).clamp(min=0)
        else:
            chosen = h.masked_fill(~words, -torch.inf).argmax(1, keepdim=True)
        here = torch.zeros_like(h[:, :, : chosen.shape[2]]).scatter_(1, chosen, 1)
        return here * words  # in a text without words, the step chosen is none
