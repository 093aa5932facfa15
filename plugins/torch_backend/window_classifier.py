"""The window classifier on torch tensors.

Source: CS224n notes part III, sections 1.2 to 1.4; Collobert et al., "Natural Language Processing
(Almost) from Scratch" (2011).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.model import checked_ids

PAD = 0


def windows(ids: Tensor, size: int) -> Tensor:
    """The window of every word: itself and `size` words on each side, `PAD` beyond the ends.

    Args:
        ids: the words of one sentence, `(T,)` integers.
        size: m ≥ 0.

    Returns:
        `(T, 2m + 1)` integers; row t holds words t − m to t + m. A new tensor.

    Raises:
        ValueError: `ids` has not one axis, or `size` is negative.
    """
    ids = to_tensor(ids)
    if ids.ndim != 1 or size < 0:
        raise ValueError(
            f"windows needs ids (T,) and size ≥ 0, but got {tuple(ids.shape)} and {size}"
        )
    padded = functional.pad(ids, (size, size), value=PAD)
    if not len(ids):
        return padded.new_empty((0, 2 * size + 1))
    return padded.unfold(0, 2 * size + 1, 1).clone()


class WindowClassifier(Model):
    """logits = h U + b₂ with h = f(x W + b), where x is the vectors of a window side by side.

    Args:
        vocabulary_size: V, the padding id 0 included.
        embedding_size: E, the size of a word vector.
        window: m, the number of words on each side.
        hidden_size: H.
        classes: C.
        activation: registered name of f.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, hidden.W `((2m+1) E, H)`, hidden.b `(H,)`, output.W `(H, C)`,
        output.b `(C,)`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        window: int,
        hidden_size: int,
        classes: int,
        activation: str = "tanh",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size, self.width = V, 2 * window + 1
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.hidden = self.add_child("hidden", part("affine")(self.width * E, H, rng=rng))
        self.f = self.add_child("f", part(activation)())
        self.output = self.add_child("output", part("affine")(H, classes, rng=rng))

    @torch.no_grad()
    def forward(self, ids: Tensor) -> Tensor:
        """Scores of every class for the word in the middle of each window.

        Args:
            ids: windows, `(N, 2m + 1)` integers.

        Returns:
            logits `(N, C)`.

        Raises:
            ValueError: the windows have another width.
            IndexError: an id outside 0 ... V−1.
        """
        self._ids = checked_ids(ids, self.vocabulary_size)
        if self._ids.ndim != 2 or self._ids.shape[1] != self.width:
            shape = tuple(self._ids.shape)
            raise ValueError(f"windows are (N, {self.width}) ids here, but these are {shape}")
        x = functional.embedding(self._ids, self.parameters["embedding"]).flatten(1)
        logits: Tensor = self.output.forward(self.f.forward(self.hidden.forward(x)))
        return logits

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Back through the layers, down to the vector of every word of every window.

        Args:
            grad_logits: `(N, C)`. Not modified.
        """
        grad_x = self.hidden.backward(self.f.backward(self.output.backward(grad_logits)))
        rows = grad_x.reshape(self._ids.numel(), -1)
        self.gradients["embedding"].index_add_(0, self._ids.flatten(), rows)
