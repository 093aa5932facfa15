"""Texts whose class depends on no local pattern: a hierarchy of pairs.

A class is written as a pair of symbols, each of these as a pair again, and so on, down to the
characters. Every symbol has several pairs to choose from, and no pair belongs to two symbols:

    class 1  →  c a  →  (b b)(d a)  →  ...  →  2^levels characters

So a text can be read back from below in one way only, pair by pair and level by level: the best
possible accuracy is 100 %. But single characters, and short pieces of the text, say next to nothing
about the class: what has to be found first are the symbols above them, and those above these. See
Cagnetta et al., "How Deep Neural Networks Learn Compositional Data: The Random Hierarchy Model"
(2024).
"""

from __future__ import annotations

import numpy as np

from framework.data.vocabulary import Ids
from framework.errors import BadInputError


class RandomHierarchy:
    """A random grammar of pairs; one generator gives one language, many texts are drawn from it.

    Args:
        levels: L; a text has 2^L characters.
        symbols: S, of every level, the characters among them.
        classes: C.
        choices: how many pairs each symbol and each class may become.
        rng: draws which pairs those are.

    Attributes:
        rules: for each level from the top, the pairs of each symbol: `(C, choices, 2)`, then
            `(S, choices, 2)`, symbols 0 ... S − 1.
        vocabulary_size: S + 1: a character is a symbol + 1, as 0 is padding.
        best_accuracy: 1.0.

    Raises:
        BadInputError: there are fewer than S² pairs to go round, or no level.
    """

    best_accuracy = 1.0

    def __init__(
        self,
        levels: int = 4,
        symbols: int = 4,
        classes: int = 4,
        choices: int = 2,
        *,
        rng: np.random.Generator,
    ) -> None:
        if levels < 1 or max(symbols, classes) * choices > symbols**2:
            raise BadInputError(
                "a grammar of pairs needs a level, and a pair of its own for every choice of "
                f"every symbol: {levels} levels, {max(symbols, classes)} · {choices} of "
                f"{symbols}² pairs"
            )
        self.symbols, self.choices = symbols, choices
        self.vocabulary_size = symbols + 1
        sizes = [classes] + [symbols] * (levels - 1)
        self.rules = [self._drawn_rules(size, rng) for size in sizes]

    def _drawn_rules(self, size: int, rng: np.random.Generator) -> Ids:
        """Pairs `(size, choices, 2)`, all different."""
        numbers = rng.permutation(self.symbols**2)[: size * self.choices]
        pairs = np.stack(np.divmod(numbers, self.symbols), axis=-1)
        return pairs.reshape(size, self.choices, 2)

    def sample(self, count: int, *, rng: np.random.Generator) -> tuple[Ids, Ids]:
        """Draw `count` texts: classes are equally frequent, and so are the choices.

        Returns:
            ids `(count, 2^L)`, 1 ... S, and labels `(count,)`.
        """
        labels = rng.integers(len(self.rules[0]), size=count)
        texts = labels[:, None]
        for rule in self.rules:
            chosen = rng.integers(self.choices, size=texts.shape)
            texts = rule[texts, chosen].reshape(count, -1)
        return texts + 1, labels

    def parse(self, ids: Ids) -> Ids:
        """Return the classes `(N,)` of texts `ids: (N, 2^L)`, read pair by pair from below.

        Raises:
            BadInputError: a text is not one of this grammar.
        """
        texts = ids - 1
        for rule in reversed(self.rules):
            owners = np.full(self.symbols**2, -1)
            numbers = rule[..., 0] * self.symbols + rule[..., 1]
            owners[numbers] = np.arange(len(rule))[:, None]
            texts = owners[texts[:, ::2] * self.symbols + texts[:, 1::2]]
            if texts.size and texts.min() < 0:
                raise BadInputError("a text has a pair that no symbol of the grammar is written as")
        return texts[:, 0]
