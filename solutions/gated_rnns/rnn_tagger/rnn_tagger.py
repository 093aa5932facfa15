"""A recurrent tagger: a tag for every word (CS224n lecture 7, sections 4.5 to 4.9)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id of the padding after short sentences


class RecurrentTagger(Model):
    """Scores of the tags of each word: logitsₜ = yₜ W + b, with the states yₜ of a reader.

    Args:
        vocabulary_size, embedding_size, hidden_size, classes: V (with padding, 0), E, H and C.
        cell: registered name of a recurrent layer: "rnn", "lstm" or "gru".
        both: read the sentence in both directions; False: from left to right only.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        cell: str = "rnn",
        both: bool = True,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        reader: Any = part(cell)(E, H, rng=rng)
        if both:
            reader = part("bidirectional")(reader, part(cell)(E, H, rng=rng))
        self.reader = self.add_child("reader", reader)
        self.output = self.add_child(
            "output", part("affine")(2 * H if both else H, classes, rng=rng)
        )

    def forward(self, ids: Array) -> Array:
        """Return the scores of all tags `(N, T, C)`; those of padding do not matter.

        Args:
            ids: `(N, T)` integers, T ≥ 1, short sentences padded with `PAD` at the end.

        Raises: IndexError if an id is outside 0 ... V−1. (In NumPy, −1 is the last row.)
        """
        _check_ids(ids, self.vocabulary_size)
        # BEGIN SOLUTION: keep the ids for backward; the reader takes x, no first state, the mask
        self._ids = ids
        x = self.parameters["embedding"][ids]
        return self.output.forward(self.reader.forward(x, None, ids != PAD))
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add to `gradients`; return nothing. grad_logits is not modified."""
        # BEGIN SOLUTION
        grad_x, _ = self.reader.backward(self.output.backward(grad_logits))
        np.add.at(self.gradients["embedding"], self._ids, grad_x)
        # END SOLUTION


def tagging_accuracy(logits: Array, tags: Array, ids: Array) -> float:
    """Return the share of words, from 0 to 1, whose most probable tag is right; 0 without words.

    Args: logits `(N, T, C)`; tags and ids `(N, T)`. Places with the id `PAD` are not counted.
    """
    # BEGIN SOLUTION
    words = ids != PAD
    right = (logits.argmax(axis=-1) == tags) & words
    return float(right.sum() / max(words.sum(), 1))
    # END SOLUTION


def next_word_tags(ids: Array) -> Array:
    """Return the next word of each place as its tag, `(N, T − 1)`, a new array."""
    # BEGIN SOLUTION
    return ids[:, 1:].copy()
    # END SOLUTION


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
