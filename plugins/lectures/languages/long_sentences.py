"""A pair of toy languages with long sentences, whose alignment of words is known.

    second cat sleeps first dog runs yesterday  →  hieri una kuris hundo dua dormis kato
    PHRASE ... DAY: ORDINAL NOUN VERB              day, then phrases in order: ordinal verb noun

Phrases of a source sentence are in any order, and those of its translation in the order of their
ordinals. The form of each verb depends on the last source word: *sleeps* is ``dormas`` with
*today* and ``dormis`` with *yesterday*. Each day has two translations, a usual one and a rare one,
and nothing in the source tells which is used. So the best possible share of translations that are
right in every word is that of the usual word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from framework.data.sentence_pairs import PairCorpus, SentencePair
from framework.data.vocabulary import Ids
from framework.errors import BadInputError
from plugins.lectures.languages.draws import drawn_vocabulary
from plugins.lectures.languages.translation import Pairs, Words, padded_ids

#: Source word -> target word.
ORDINALS = {
    "first": "una", "second": "dua", "third": "tria", "fourth": "kvara", "fifth": "kvina",
    "sixth": "sesa",
}  # fmt: skip
NOUNS = {
    "cat": "kato", "dog": "hundo", "king": "rego", "queen": "regino", "girl": "filo",
    "star": "stelo", "bird": "birdo", "fish": "fiso",
}  # fmt: skip
#: Source word -> stem of the target word, to which the form of the day is added.
VERBS = {
    "sleeps": "dorm", "runs": "kur", "sings": "kant", "falls": "fal", "waits": "atend",
    "laughs": "rid",
}  # fmt: skip


class Day(NamedTuple):
    """A day: its usual and its rare translation, and the ending of all verbs."""

    usual: str
    rare: str
    ending: str


#: Source word -> its translations.
DAYS = {"today": Day("hodi", "nuntage", "as"), "yesterday": Day("hieri", "antautage", "is")}
#: Largest number of phrases in a sentence.
PHRASES = len(ORDINALS)


class Sentences(NamedTuple):
    """Sentences, their translations and the alignment.

    Attributes:
        pairs: the words of both.
        alignment: for each sentence the place of the source word of each target word, from 0.
    """

    pairs: list[SentencePair]
    alignment: list[list[int]]


class LongSentences:
    """Sentences PHRASE ... PHRASE DAY with their translations.

    Args:
        rng: draws the ids of the words of both languages; None: those of the built-in corpus.

    Attributes:
        source, target: the vocabularies.
        length: of the longest sentence, its end `EOS` included, in both languages.
        best_exact_match: the share of the usual translation of a day.
        usual: the usual translations of days.
    """

    usual = frozenset(day.usual for day in DAYS.values())
    best_exact_match = 0.8
    length = 3 * PHRASES + 2

    def __init__(self, *, rng: np.random.Generator | None = None) -> None:
        self.source = drawn_vocabulary([*ORDINALS, *NOUNS, *VERBS, *DAYS], rng)
        days = [word for day in DAYS.values() for word in (day.usual, day.rare)]
        verbs = [stem + day.ending for stem in VERBS.values() for day in DAYS.values()]
        self.target = drawn_vocabulary([*ORDINALS.values(), *NOUNS.values(), *verbs, *days], rng)

    def sample(
        self, count: int, least: int = 2, most: int = PHRASES, *, rng: np.random.Generator
    ) -> Sentences:
        """Draw `count` sentences of `least` to `most` phrases, all numbers equally often.

        Raises:
            BadInputError: the numbers of phrases are not in 1 ... `PHRASES`, in this order.
        """
        if not 1 <= least <= most <= PHRASES:
            raise BadInputError(f"1 ≤ least ≤ most ≤ {PHRASES} is needed, not {least} and {most}")
        drawn = [self._drawn(int(rng.integers(least, most + 1)), rng) for _ in range(count)]
        return Sentences([pair for pair, _ in drawn], [places for _, places in drawn])

    def _drawn(self, phrases: int, rng: np.random.Generator) -> tuple[SentencePair, list[int]]:
        """Draw a sentence of `phrases` phrases; return it with the place of each word's source."""
        order = rng.permutation(phrases)
        nouns, verbs = (rng.choice(list(words), size=phrases).tolist() for words in (NOUNS, VERBS))
        day = str(rng.choice(list(DAYS)))
        usual, rare, ending = DAYS[day]
        ordinals = list(ORDINALS)
        source: list[str] = []
        for i in order:
            source += [ordinals[i], nouns[i], verbs[i]]
        is_usual = rng.random() < self.best_exact_match
        target, places = [usual if is_usual else rare], [3 * phrases]
        for i, start in enumerate(3 * np.argsort(order)):
            target += [ORDINALS[ordinals[i]], VERBS[verbs[i]] + ending, NOUNS[nouns[i]]]
            places += [int(start), int(start) + 2, int(start) + 1]
        return SentencePair((*source, day), tuple(target)), places

    def encode(self, pairs: Sequence[tuple[Words, Words]], phrases: int = PHRASES) -> Pairs:
        """Ids of both sides, each sentence with `EOS` at its end and padding.

        Args:
            pairs: the words of M sentences and their translations.
            phrases: the largest number of phrases in them: ids are `(M, 3 phrases + 2)`.
        """
        length = 3 * phrases + 2
        return Pairs(
            padded_ids([source for source, _ in pairs], self.source, length),
            padded_ids([target for _, target in pairs], self.target, length),
        )


def aligned_words(alignment: Sequence[Sequence[int]], length: int) -> Ids:
    """Return the place of the source word of each target word, `(M, length)`; −1 for no word."""
    places = np.full((len(alignment), length), -1)
    for row, known in zip(places, alignment, strict=True):
        row[: len(known)] = known
    return places


def corpus(sentences: int = 5000, seed: int = 0) -> PairCorpus:
    """Return the corpus ``long_sentences``: `sentences` for training, 1/10 held out and to test."""
    language, rng = LongSentences(), np.random.default_rng(seed)
    train, valid, test = (
        language.sample(count, rng=rng).pairs
        for count in (sentences, sentences // 10, sentences // 10)
    )
    return PairCorpus("long_sentences", train, valid, test, language.best_exact_match)
