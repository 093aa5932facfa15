"""Texts about a season and a place: a language whose texts depend on a condition.

    winter, coast      today harbour in snow wore gloves and sailed </s>
    summer, mountains  yesterday summit in sunshine wore hats and climbed </s>

Every word that says something names the true season or place with probability `fidelity`, and each
of the others equally often. So three perplexities are known exactly: with the right season and
place; without them, when they are inferred from the words before; and with the season and place of
another text. (Lecture 6, section 3.6: conditional language models.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.data.vocabulary import EOS, SPECIAL, Ids
from framework.errors import BadInputError
from framework.interfaces import Array
from plugins.lectures.languages.draws import drawn_near, drawn_vocabulary

SEASONS = ("spring", "summer", "autumn", "winter")
PLACES = ("coast", "mountains", "city")
DAYS = ("today", "yesterday")
#: Words for each season and each place, in the order of `SEASONS` and `PLACES`.
SKIES = ("showers", "sunshine", "fog", "snow")
CLOTHES = ("raincoats", "hats", "scarves", "gloves")
SPOTS = ("harbour", "summit", "square")
ACTIONS = ("sailed", "climbed", "shopped")
_TEXT = (DAYS, SPOTS, ("in",), SKIES, ("wore",), CLOTHES, ("and",), ACTIONS, (SPECIAL[EOS],))


class ConditionalTexts:
    """Texts ``DAY SPOT in SKY wore CLOTHES and ACTION </s>``, each with a season and a place.

    Seasons and places are equally frequent and independent. A condition is one-hot for the season
    and one-hot for the place, side by side: K = 4 + 3 numbers.

    Args:
        fidelity: probability that a word names the true season or place.
        rng: draws the ids of the words and, near its usual value, the fidelity; None: the usual
            language.

    Raises:
        BadInputError: `fidelity` is not in (0, 1).
    """

    length = len(_TEXT)
    condition_size = len(SEASONS) + len(PLACES)

    def __init__(self, fidelity: float = 0.85, *, rng: np.random.Generator | None = None) -> None:
        if not 0 < fidelity < 1:
            raise BadInputError(f"conditional texts need 0 < fidelity < 1, received {fidelity}")
        self.fidelity = drawn_near(fidelity, rng)
        self.vocabulary = drawn_vocabulary(sorted({word for words in _TEXT for word in words}), rng)

    def sample(self, count: int, *, rng: np.random.Generator) -> tuple[Ids, Array]:
        """Draw `count` texts.

        Returns:
            ids `(count, 1 + length)`: an end of sentence to start from, then the text; and the
            conditions `(count, K)`.
        """
        season, place = (
            rng.integers(len(SEASONS), size=count),
            rng.integers(len(PLACES), size=count),
        )
        columns = [np.full(count, EOS)]
        for words in _TEXT:
            ids = self.vocabulary.encode(words)
            p = self._probabilities(words, season, place)
            columns.append(ids[(p.cumsum(axis=1) > rng.random((count, 1))).argmax(axis=1)])
        one_hot = np.eye(len(SEASONS))[season], np.eye(len(PLACES))[place]
        return np.stack(columns, axis=1), np.concatenate(one_hot, axis=1)

    def log_probabilities(self, ids: Ids, conditions: Array) -> Array:
        """log p of every word of texts, given their conditions and the words before.

        Args:
            ids: as `sample` gives them, `(M, 1 + length)`.
            conditions: `(M, K)`, as `sample` gives them; of these very texts, or of others.

        Returns:
            `(M, length)`, in nats.
        """
        season = conditions[:, : len(SEASONS)].argmax(axis=1)
        place = conditions[:, len(SEASONS) :].argmax(axis=1)
        columns = []
        for words, column in zip(_TEXT, ids[:, 1:].T, strict=True):
            is_word = column[:, None] == self.vocabulary.encode(words)
            p = self._probabilities(words, season, place)
            columns.append((is_word * p).sum(axis=1))
        return np.asarray(np.log(np.stack(columns, axis=1)))

    def _probabilities(self, words: tuple[str, ...], season: Ids, place: Ids) -> Array:
        """Return how likely each of `words` is at its place: `(M, len(words))`."""
        if words in (SKIES, CLOTHES):
            return np.asarray(self._channel(len(SEASONS))[season])
        if words in (SPOTS, ACTIONS):
            return np.asarray(self._channel(len(PLACES))[place])
        return np.full((len(season), len(words)), 1 / len(words))

    def _channel(self, n: int) -> Array:
        """P(word | value) of an attribute with n values: `(n, n)`, rows are values."""
        others = (1 - self.fidelity) / (n - 1)
        return np.full((n, n), others) + (self.fidelity - others) * np.eye(n)

    @property
    def best_perplexity(self) -> float:
        """The best perplexity with the condition: exp of the mean entropy of a word given it."""
        return self._perplexity(lambda p: -2 * np.sum(p * np.log(p)) / len(p))

    @property
    def best_perplexity_without_condition(self) -> float:
        """The best perplexity without the condition, which the first word about it reveals in
        part."""
        return self._perplexity(_entropy_of_two)

    @property
    def best_perplexity_of_other_condition(self) -> float:
        """Return the perplexity of the language itself under the condition of another text."""
        # Words and condition are independent here, and every word is as frequent as the others.
        return self._perplexity(lambda p: -2 * np.mean(np.log(p)))

    def _perplexity(self, cost: Callable[[Array], float | np.floating[Any]]) -> float:
        """exp of the nats per word, if the two words about an attribute cost `cost(channel)`."""
        attributes = sum(cost(self._channel(len(values))) for values in (SEASONS, PLACES))
        return float(np.exp((np.log(len(DAYS)) + attributes) / self.length))


def _entropy_of_two(p: Array) -> float:
    """H(a, b) of two words drawn from the same row of `p`, where every row is equally likely."""
    joint = p.T @ p / len(p)
    return float(-np.sum(joint * np.log(joint)))
