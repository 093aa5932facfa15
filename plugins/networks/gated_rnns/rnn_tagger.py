"""A tagger on recurrent layers, its accuracy, and the tags of a language model."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part
from plugins.networks.shared.blocks import PAD, Embedding


class RecurrentTagger(Model):
    """logits_t = y_t W + b, with the states y_t of one direction or of both.

    Source: CS224n lecture 7, sections 4.5 to 4.9.
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
        self.embedding = self.add_child("_embedding", Embedding(rng.normal(scale=0.1, size=(V, E))))
        reader: Any = part(cell)(E, H, rng=rng)
        if both:
            reader = part("bidirectional")(reader, part(cell)(E, H, rng=rng))
        self.reader = self.add_child("reader", reader)
        self.output = self.add_child(
            "output", part("affine")(2 * H if both else H, classes, rng=rng)
        )

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, T, C)` of `ids: (N, T)`, padded at the end.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        x = self.embedding.forward(ids)
        return self.output.forward(self.reader.forward(x, None, self._arrays.words(ids)))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, C)` through output and reader to the word vectors."""
        grad_x, _ = self.reader.backward(self.output.backward(grad_logits))
        self.embedding.backward(grad_x)


def tagging_accuracy(logits: Any, tags: Any, ids: Any) -> float:
    """Return the share of words with the right tag; 0 without words."""
    words = ids != PAD
    right = (logits.argmax(-1) == tags) & words
    return float(right.sum()) / max(float(words.sum()), 1.0)


def next_word_tags(ids: Any) -> Any:
    """Return the next word of each place, a new array `(N, T − 1)`, given ids `(N, T)`."""
    return ids[:, 1:] + 0
