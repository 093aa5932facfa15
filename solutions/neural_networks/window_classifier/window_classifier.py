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
    # BEGIN SOLUTION: np.pad, then row t of the result starts at place t
    padded = np.pad(ids, size, constant_values=PAD)
    places = np.arange(len(ids))[:, None] + np.arange(2 * size + 1)
    return padded[places]
    # END SOLUTION


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
        # BEGIN SOLUTION: look up the vectors, concatenate those of each window, then three layers
        self._ids = ids
        x = self.parameters["embedding"][ids].reshape(len(ids), -1)
        return self.output.forward(self.f.forward(self.hidden.forward(x)))
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add the gradients of all layers and of the word vectors for `grad_logits: (N, C)`."""
        # BEGIN SOLUTION: the layers in reverse, then np.add.at on the embedding
        grad_x = self.hidden.backward(self.f.backward(self.output.backward(grad_logits)))
        embedding = self.gradients["embedding"]
        grad_e = grad_x.reshape(*self._ids.shape, embedding.shape[1])
        np.add.at(embedding, self._ids, grad_e)  # += would drop repeated ids
        # END SOLUTION

    def _check(self, ids: Array) -> None:
        """Given: raise an error for windows of another width and for ids out of range."""
        if ids.ndim != 2 or ids.shape[1] != self.width:
            raise ValueError(f"windows are (N, {self.width}) ids here, but these are {ids.shape}")
        if ids.size and (ids.min() < 0 or ids.max() >= self.vocabulary_size):
            bounds, actual = f"0 ... {self.vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
            raise IndexError(f"word ids must lie in {bounds}, but these lie in {actual}")
