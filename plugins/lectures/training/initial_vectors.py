"""A table of word vectors for a vocabulary, to start a model from."""

from __future__ import annotations

import numpy as np

from framework.data.vocabulary import PAD, Vocabulary
from plugins.lectures.formats.word_vectors import Vectors, WordVectors


def initial_vectors(
    vectors: WordVectors, vocabulary: Vocabulary, *, rng: np.random.Generator
) -> tuple[Vectors, int]:
    """Return the vector of each word of `vocabulary`, and of how many it is known.

    Those of other words are drawn evenly from −a to a, with a such that they have the variance of
    the known ones, a² / 3. Padding has the vector 0.

    Args:
        vectors: the known ones, `(W, d)`.
        vocabulary: V words.
        rng: draws the others.

    Returns:
        `(V, d)` float64, and the number of known words.

    Source: Kim, "Convolutional Neural Networks for Sentence Classification" (2014), section 3.3.
    """
    bound = (3 * float(np.var(vectors.vectors))) ** 0.5
    table = rng.uniform(-bound, bound, size=(len(vocabulary), vectors.vectors.shape[1]))
    table[PAD] = 0
    ids = vocabulary.encode(vectors.words)
    rows = [row for row, word in enumerate(vectors.words) if word in vocabulary]
    table[ids[rows]] = vectors.vectors[rows]
    return table, len(rows)
