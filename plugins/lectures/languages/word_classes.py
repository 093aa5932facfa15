"""Texts in which only the class of a word predicts its neighbours."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array

#: P(the next word is of any class, drawn evenly, instead of the next class in turn).
STRAY = 0.1


class WordClasses:
    """Words of classes that follow one another in a circle.

    The next word is of the next class with probability 1 − `STRAY`, else of any class. Within a
    class every word is equally likely, so that vectors which predict the neighbours of a word are
    alike for the words of one class.

    Args:
        classes: the number of classes.
        members: the number of words of each class.
        rng: draws the ids of the words, and the texts.

    Attributes:
        ids: `(V,)`: entry i is the id of word i, which is of class i // `members`.
    """

    def __init__(self, classes: int, members: int, rng: np.random.Generator) -> None:
        self.classes, self.members = classes, members
        self.ids = rng.permutation(classes * members)
        self._rng = rng

    def sample(self, length: int) -> Array:
        """Return the ids of a text, `(length,)`."""
        kinds, rng = np.zeros(length, dtype=np.int64), self._rng
        for t in range(1, length):
            strays = rng.random() < STRAY
            kinds[t] = rng.integers(self.classes) if strays else (kinds[t - 1] + 1) % self.classes
        text: Array = self.ids[kinds * self.members + rng.integers(self.members, size=length)]
        return text

    def purity(self, vectors: Array, neighbours: int = 3) -> float:
        """Return the share of the nearest words, by cosine, that are of the word's own class.

        Args:
            vectors: `(V, d)`: row w is the vector of the id w.
            neighbours: the number of nearest words of each word.
        """
        unit = vectors[self.ids] / np.linalg.norm(vectors[self.ids], axis=1, keepdims=True)
        similarity = unit @ unit.T
        np.fill_diagonal(similarity, -np.inf)
        nearest = np.argsort(-similarity, axis=1)[:, :neighbours]
        own = np.arange(len(unit))[:, None] // self.members
        return float(np.mean(nearest // self.members == own))
