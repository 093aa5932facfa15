"""A recurrent tagger: a tag for every word, from one direction or from both.

Source: CS224n lecture 7, sections 4.5 to 4.9; lecture 11, section 3.4; Graves and Schmidhuber,
"Framewise phoneme classification with bidirectional LSTM" (2005).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id of the padding after short sentences


class RecurrentTagger(Model):
    """Scores of the tags of each word: logits_t = y_t W + b, with the states y_t of a reader.

    Args:
        vocabulary_size: V, including the padding id 0.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of the state of one direction.
        tags: C, the number of tags.
        cell: registered name of a recurrent layer: "rnn", "lstm" or "gru".
        both: read the sentence in both directions; False: from left to right only.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`; those of the reader as reader.NAME; output.W `(2H, C)`, or `(H, C)` for
        one direction, and output.b `(C,)`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        tags: int,
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
        self.output = self.add_child("output", part("affine")(2 * H if both else H, tags, rng=rng))

    def forward(self, ids: Array) -> Array:
        """Return the scores of all tags for each word: word vectors, reader, affine layer.

        The reader gets the mask of the words, so that padding does not change the scores of words.

        Args:
            ids: `(N, T)` integers, T ≥ 1, short sentences padded with `PAD` at the end.

        Returns:
            logits `(N, T, C)`. Those of padding do not matter.

        Raises:
            IndexError: an id outside 0 ... V−1. (In NumPy, −1 is the last row.)
        """
        _check_ids(ids, self.vocabulary_size)
        # TODO: keep the ids for backward; the reader takes x, no first state, the mask
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Send the gradient back through output and reader to the word vectors.

        Adds to `gradients`. A word gets the sum of the gradients of all its places. Ids have no
        gradient: nothing is returned. (The reader's `backward` returns a pair: the gradients of x
        and of its first state.)

        Args:
            grad_logits: `(N, T, C)`. Not modified.
        """
        # TODO: your code here
        raise NotImplementedError


def tagging_accuracy(logits: Array, tags: Array, ids: Array) -> float:
    """Return the share of words whose most probable tag is the right one.

    Args:
        logits: `(N, T, C)`.
        tags: the right tags, `(N, T)` integers; those at padding do not matter.
        ids: `(N, T)` integers; places with `PAD` are not counted.

    Returns:
        a number from 0 to 1; 0 if there are no words.
    """
    # TODO: your code here
    raise NotImplementedError


def next_word_tags(ids: Array) -> Array:
    """Return the next word of each place as its tag: the targets of a language model.

    Args:
        ids: `(N, T)` integers, T ≥ 2.

    Returns:
        `(N, T − 1)`: the tag of place t is the id at t + 1. A new array.
    """
    # TODO: your code here
    raise NotImplementedError


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, found = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {found}")
