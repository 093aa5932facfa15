"""A recurrent layer as an encoder of sentences.

Source: CS224n lecture 6, section 3.5; Conneau et al., "Supervised Learning of Universal Sentence
Representations from Natural Language Inference Data" (2017).
"""

from __future__ import annotations

import numpy as np

from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding
from plugins.networks.shared.pooled_classifier import POOLINGS, PooledClassifier, pool_of
from plugins.networks.shared.scored_words import SCORES


class SentenceEncoder(PooledClassifier):
    """logits = encoding U + b_2, where the encoding pools the states of a recurrent layer."""

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
        if pooling not in ("final", *POOLINGS):
            raise ValueError(f"pooling is one of final, {', '.join(POOLINGS)}, but got '{pooling}'")
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size, self.pooling = V, pooling
        table = rng.normal(scale=0.1, size=(V, E))
        self.embedding = self.add_child("_embedding", Embedding(table))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.layers, self.pool = [self.cell], pool_of(pooling)
        affine = part("affine")(H, classes, rng=rng)
        self.scores = self.add_child("_scores", affine, SCORES)
