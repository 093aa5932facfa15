"""A language whose verbs agree with nouns in crossed order, over a long span, with known entropy.

    katu zetu mutu kali zeli muli </s>

A sentence is n nouns, then n verbs, then its end. Verb i has the class of noun i, which the first
syllable of both shows. So each verb depends on the word n places before it. Swiss German and Dutch
have such clauses, with two or three verbs (Shieber 1985, *Evidence against the Context-Freeness of
Natural Language*). Nouns are drawn alike, and verbs follow from them: a sentence has the entropy
n log C for C classes.
"""

from __future__ import annotations

import numpy as np

from framework.data.vocabulary import EOS, Ids
from framework.errors import BadInputError
from framework.interfaces import Array
from plugins.lectures.languages.draws import drawn_vocabulary

#: First syllable of each class.
CLASSES = tuple(consonant + vowel for consonant in "kmwz" for vowel in "aeiu")
NOUNS = tuple(f"{syllable}tu" for syllable in CLASSES)
VERBS = tuple(f"{syllable}li" for syllable in CLASSES)


class CrossedClauses:
    """Sentences of equal length, one after the other.

    Args:
        span: n, the number of nouns of a sentence, ≥ 1.
        rng: draws the ids of the words; None: always the same ones.

    Attributes:
        vocabulary: the words.
        length: number of tokens of a sentence, its end included: 2 n + 1.

    Raises:
        BadInputError: `span` is below 1.
    """

    def __init__(self, span: int = 16, *, rng: np.random.Generator | None = None) -> None:
        if span < 1:
            raise BadInputError(f"span should be at least 1, but is {span}")
        self.span, self.length = span, 2 * span + 1
        self.vocabulary = drawn_vocabulary([*NOUNS, *VERBS], rng)
        self._nouns, self._verbs = map(self.vocabulary.encode, (NOUNS, VERBS))

    @property
    def best_perplexity(self) -> float:
        """exp of the entropy rate: no language model does better in the long run."""
        return float(len(CLASSES) ** (self.span / self.length))

    def sample(self, length: int, *, rng: np.random.Generator) -> Ids:
        """Return a text of `length` tokens that starts with a sentence: `(length,)` ids."""
        classes = rng.integers(len(CLASSES), size=(-(-length // self.length), self.span))
        ends = np.full((len(classes), 1), EOS)
        text = np.concatenate([self._nouns[classes], self._verbs[classes], ends], axis=1)
        return text.reshape(-1)[:length]

    def sample_texts(self, count: int, length: int, *, rng: np.random.Generator) -> Ids:
        """Draw `count` independent texts, each an end of sentence and `length` tokens after it.

        Returns:
            ids `(count, 1 + length)`.
        """
        texts = [np.append(EOS, self.sample(length, rng=rng)) for _ in range(count)]
        return np.stack(texts)

    def log_probabilities(self, texts: Ids) -> Array:
        """log p of each token of `texts`, as `sample_texts` draws them, but for the first.

        Returns:
            `(count, length)`, in nats.
        """
        is_noun = np.isin(texts[:, 1:], self._nouns)
        return np.asarray(np.where(is_noun, -np.log(len(CLASSES)), 0.0))
