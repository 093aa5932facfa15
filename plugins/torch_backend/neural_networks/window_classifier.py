"""The window classifier on torch tensors.

Source: CS224n notes part III, sections 1.2 to 1.4; Collobert et al., "Natural Language Processing
(Almost) from Scratch" (2011).
"""

from __future__ import annotations

import numpy as np
from torch import Tensor
from torch.nn import functional

from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.chains import EmbeddedChain, Flatten
from plugins.torch_backend.shared.model import PAD


def windows(ids: Tensor, size: int) -> Tensor:
    """Return the window `(T, 2m + 1)` of every word of `ids: (T,)`, m = `size`, with padding.

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


class WindowClassifier(EmbeddedChain):
    """logits = h U + b₂ with h = f(x W + b), where x is the vectors of a window side by side."""

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
        self.layers.append(Flatten())
        self.add_layer("hidden", part("affine")(self.width * E, H, rng=rng))
        self.add_layer("f", part(activation)())
        self.add_layer("output", part("affine")(H, classes, rng=rng))

    def _prepared(self, ids: Tensor) -> Tensor:
        if ids.ndim != 2 or ids.shape[1] != self.width:
            shape = tuple(ids.shape)
            raise ValueError(f"windows are (N, {self.width}) ids here, but these are {shape}")
        return ids
