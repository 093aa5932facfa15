"""A recurrent layer as a sentence encoder, with a classifier (CS224n lecture 6, section 3.5)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id that pads short texts
POOLINGS = ("final", "max", "mean")


class SentenceEncoder(Model):
    """A classifier of sentences: the states of a recurrent cell, pooled to one vector.

    Args:
        vocabulary_size, embedding_size, hidden_size, classes: V (with the padding id 0), E, H, C.
        pooling: of all words' states the last, "final", the elementwise maximum, "max", or "mean".
        cell: registered name of the recurrent layer; "rnn" is yours.

    Parameters: embedding `(V, E)`, those of the cell as cell.NAME, U `(H, C)`, b_2 `(C,)`.
    Raises: ValueError if there is no such pooling.
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

    def encode(self, ids: Array) -> Array:
        """Return the encoding `(N, H)` of each text; a text without words is encoded as zeros.

        Args:
            ids: `(N, T)` integers; short texts are padded with `PAD` at the end.

        Raises: IndexError if an id is outside 0 ... V−1.
        """
        # TODO: look up the vectors, run self.cell with a mask, pool its states
        raise NotImplementedError

    def forward(self, ids: Array) -> Array:
        """Encode the texts and return the logits `(N, C)`; `ids` and errors are as in `encode`."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, C)`: summed for each word, 0 for padding."""
        # TODO: U and b_2, then the pooling, then self.cell.backward, then the embedding
        raise NotImplementedError

    # TODO: optional helpers


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an IndexError for ids outside 0 ... V−1."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
