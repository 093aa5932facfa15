"""A window classifier: classify a word from the words around it, for example as a named entity.

Source: CS224n notes part III, sections 1.2 to 1.4; Collobert et al. (2011).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0


def windows(ids: Array, size: int) -> Array:
    """Return the window of each word: itself and m = `size` words on each side, `PAD` beyond.

    Args:
        ids: the words of one sentence, `(T,)` integers, T ≥ 0.
        size: m ≥ 0.

    Returns: `(T, 2m + 1)` integers, a new array; row t holds words t − m to t + m.
    Raises: ValueError if `ids` does not have one axis, or `size` is negative.
    """
    if ids.ndim != 1 or size < 0:
        raise ValueError(f"windows needs ids (T,) and size ≥ 0, but got {ids.shape} and {size}")
    # TODO: np.pad, then row t of the result starts at place t
    raise NotImplementedError


class WindowClassifier(Model):
    """logits = h U + b₂ with h = f(x W + b), where x is the concatenated vectors of a window.

    Parameters: embedding `(V, E)`, hidden.W `((2m+1) E, H)`, hidden.b `(H,)`, output.W `(H, C)`,
    output.b `(C,)`; V includes the padding id 0. The name of f is `activation`.
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

    def forward(self, ids: Array) -> Array:
        """Return logits `(N, C)` for the words in the middle of the windows `ids: (N, 2m + 1)`.

        Raises:
            ValueError: the windows have another width.
            IndexError: an id is outside 0 ... V−1. (NumPy itself reads −1 as the last row.)
        """
        self._check(ids)
        # TODO: look up the vectors, concatenate those of each window, then three layers
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add the gradients of all layers and of the word vectors for `grad_logits: (N, C)`."""
        # TODO: the layers in reverse, then np.add.at on the embedding
        raise NotImplementedError

    def _check(self, ids: Array) -> None:
        """Given: raise an error for windows of another width and for ids out of range."""
        if ids.ndim != 2 or ids.shape[1] != self.width:
            raise ValueError(f"windows are (N, {self.width}) ids here, but these are {ids.shape}")
        if ids.size and (ids.min() < 0 or ids.max() >= self.vocabulary_size):
            bounds, actual = f"0 ... {self.vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
            raise IndexError(f"word ids must lie in {bounds}, but these lie in {actual}")
