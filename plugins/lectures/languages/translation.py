"""A pair of toy languages: word order differs, and every sentence has exactly one translation.

    the red cat sees a dog        →   lo kato rugo un hundo vida
    ARTICLE ADJECTIVE NOUN VERB       article noun adjective, and the verb at the end

Adjectives follow their nouns, and the verb is at the end. Articles agree with the
gender of the noun, which the source language does not have: *the cat* is ``lo kato``, *the queen*
``la regina``, so that an article cannot be translated before the noun after it is read. The best
possible share of sentences that are right in every word is 100 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from framework.data.sentence_pairs import PairCorpus, SentencePair
from framework.data.vocabulary import EOS, PAD, Ids, Vocabulary
from framework.errors import BadInputError
from plugins.lectures.languages.draws import drawn_vocabulary

#: Source word -> target word. Target nouns that end in ``a`` are feminine.
NOUNS = {
    "cat": "kato", "dog": "hundo", "king": "rego", "queen": "regina", "girl": "fila",
    "star": "stela",
}  # fmt: skip
ADJECTIVES = {"red": "rugo", "small": "peto", "old": "velo", "good": "bono"}
VERBS = {"sees": "vida", "loves": "ama", "hears": "auda", "finds": "trova"}
#: Source article -> target articles, masculine and feminine.
ARTICLES = {"the": ("lo", "la"), "a": ("un", "una")}

Words = tuple[str, ...]


@dataclass(frozen=True)
class _Phrase:
    """An article, perhaps an adjective, and a noun, in both languages."""

    source: Words
    target: Words


class Pairs(NamedTuple):
    """Sentences and their translations.

    Attributes:
        source: ids `(M, 8)`, each sentence ended by `EOS` and padded.
        target: ids `(M, 8)`, likewise.
    """

    source: Ids
    target: Ids

    @property
    def before(self) -> Ids:
        """`target` as a decoder reads it, `(M, 8)`: one `EOS` in front, the last column cut."""
        ends = np.full((len(self.target), 1), EOS)
        return np.concatenate([ends, self.target[:, :-1]], axis=1)


class TranslationLanguage:
    """Sentences PHRASE VERB PHRASE with their translations PHRASE PHRASE VERB.

    Args:
        rng: draws the ids of the words of both languages; None: those of the built-in corpus.

    Attributes:
        source, target: the vocabularies.
        source_length, target_length: of the longest sentence, its end `EOS` included.
        best_exact_match: 1.0.
    """

    best_exact_match = 1.0
    source_length = target_length = 8

    def __init__(self, *, rng: np.random.Generator | None = None) -> None:
        self.source = drawn_vocabulary([*ARTICLES, *NOUNS, *ADJECTIVES, *VERBS], rng)
        articles = [word for both in ARTICLES.values() for word in both]
        targets = [*articles, *NOUNS.values(), *ADJECTIVES.values(), *VERBS.values()]
        self.target = drawn_vocabulary(targets, rng)

    def sentences(self) -> list[tuple[Words, Words]]:
        """Return every sentence and its translation, without ends."""
        phrases = list(_phrases())
        return [
            (
                (*subject.source, verb, *object_.source),
                (*subject.target, *object_.target, VERBS[verb]),
            )
            for subject, verb, object_ in product(phrases, VERBS, phrases)
        ]

    def split(self, train: int, test: int, *, rng: np.random.Generator) -> tuple[Pairs, Pairs]:
        """Random sentences to learn from, and others to be tested on: none is in both.

        Args:
            train, test: how many.
            rng: draws which.

        Raises:
            BadInputError: the language has fewer sentences.
        """
        pairs = self.sentences()
        if min(train, test) < 0 or train + test > len(pairs):
            raise BadInputError(f"{train} + {test} sentences are asked for, of {len(pairs)}")
        order = rng.permutation(len(pairs))[: train + test]
        chosen = [pairs[i] for i in order]
        return self.encode(chosen[:train]), self.encode(chosen[train:])

    def encode(self, pairs: Sequence[tuple[Words, Words]]) -> Pairs:
        """Ids of both sides `(M, 8)`, each sentence with `EOS` at its end and padding after it."""
        return Pairs(
            padded_ids([source for source, _ in pairs], self.source, self.source_length),
            padded_ids([target for _, target in pairs], self.target, self.target_length),
        )


def corpus(sentences: int = 3000, seed: int = 0) -> PairCorpus:
    """Return the corpus ``translation``: `sentences` for training, 1/10 held out, 1/10 to test."""
    pairs = [SentencePair(*pair) for pair in TranslationLanguage().sentences()]
    order = np.random.default_rng(seed).permutation(len(pairs))
    held_out = sentences // 10
    ends = [sentences, sentences + held_out, sentences + 2 * held_out]
    train, valid, test, _ = ([pairs[i] for i in part] for part in np.split(order, ends))
    return PairCorpus("translation", train, valid, test, TranslationLanguage.best_exact_match)


def _phrases() -> Iterator[_Phrase]:
    """Yield every article and noun, without and with every adjective."""
    for article, noun, adjective in product(ARTICLES, NOUNS, ("", *ADJECTIVES)):
        middle = (adjective,) if adjective else ()
        behind = (ADJECTIVES[adjective],) if adjective else ()
        own_article = ARTICLES[article][NOUNS[noun].endswith("a")]
        source, target = (article, *middle, noun), (own_article, NOUNS[noun], *behind)
        yield _Phrase(source, target)


def padded_ids(texts: Sequence[Words], vocabulary: Vocabulary, length: int) -> Ids:
    """Return the ids of `texts`, `(M, length)`, each with `EOS` at its end and padding after it."""
    ids = np.full((len(texts), length), PAD, dtype=np.int64)
    for row, words in zip(ids, texts, strict=True):
        row[: len(words)] = vocabulary.encode(words)
        row[len(words)] = EOS
    return ids
