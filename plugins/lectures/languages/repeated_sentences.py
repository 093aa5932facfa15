"""Sentences that are said twice: the second time, nothing is left to chance.

    </s> bird king fish star </s> BIRD KING FISH STAR </s>

The words of a sentence are different from each other, and all choices and orders are equally
probable. So the entropy of the first time is known exactly, and that of the second time is 0: each
word follows the word that it followed before. The second time is in capital letters: so it can be
learned from sets of words which words are still to come, but not which of them is next. Source:
Olsson et al., "In-context Learning and Induction Heads" (2022), for random texts that are repeated.
"""

from __future__ import annotations

from math import lgamma

import numpy as np

from framework.data.vocabulary import EOS, Ids
from framework.errors import BadInputError
from framework.interfaces import Array
from plugins.lectures.languages.draws import drawn_vocabulary

WORDS = ("cat", "dog", "king", "queen", "girl", "star", "bird", "fish", "river", "stone")


class RepeatedSentences:
    """Texts of one sentence of n different words, said twice, with `EOS` around and between.

    Args:
        length: n, the number of words of the sentence.
        rng: draws the ids of the words; None: in the order of `WORDS`, capital letters last.

    Attributes:
        recalled: the places, in a text without its first id, of the words that are measured: those
            of the second time but for the first of them.

    Raises:
        BadInputError: `length` is not in 2 ... 10, the number of words.
    """

    def __init__(self, length: int = 7, *, rng: np.random.Generator | None = None) -> None:
        if not 2 <= length <= len(WORDS):
            raise BadInputError(f"length should be in 2 ... {len(WORDS)}, but is {length}")
        self.length = length
        self.vocabulary = drawn_vocabulary([*WORDS, *map(str.upper, WORDS)], rng)
        self.recalled = slice(length + 2, 2 * length + 1)
        self._small = self.vocabulary.encode(WORDS)
        self._capital = self.vocabulary.encode(list(map(str.upper, WORDS)))

    @property
    def entropy_without_order(self) -> float:
        """The mean entropy of a recalled word without the order of the first time, in nats.

        With m words to come, all of their orders are equally probable, so each of them is next with
        probability 1/m. A predictor that knows the last two words, and all words before them
        without their order, cannot do better: log((n − 1)!) / (n − 1).

        The first word of the second time is not counted: the last two words before it are the last
        word of the first time and `EOS`, and a last word does not come first.
        """
        return lgamma(self.length) / (self.length - 1)

    def sample(self, count: int, *, rng: np.random.Generator) -> Ids:
        """Draw `count` texts: ids `(count, 2 n + 3)`."""
        places = np.tile(np.arange(len(WORDS)), (count, 1))
        sentences = rng.permuted(places, axis=1)[:, : self.length]
        end = np.full((count, 1), EOS)
        return np.concatenate(
            [end, self._small[sentences], end, self._capital[sentences], end], axis=1
        )

    def log_probabilities(self, texts: Ids) -> Array:
        """Return log P of each token of `texts` after the first: `(count, 2 n + 2)`, in nats."""
        log_p = np.zeros((len(texts), 2 * self.length + 2))
        log_p[:, : self.length] = -np.log(len(WORDS) - np.arange(self.length))
        return log_p

    def without_order(self, texts: Ids) -> Array:
        """Return log P of each recalled word without the order, `(count, n − 1)`, in nats."""
        return np.tile(-np.log(np.arange(self.length - 1, 0, -1)), (len(texts), 1))
