"""Texts in which it matters who says what, with the best accuracy for every view.

    you know friends say the film was not dull you know               positive
    you know critics say the film was fine you know friends say the plot was dull you know
                                                                      negative

What friends say is the label; what critics say, before or after them, is not. A bag of words does
not know which adjective is negated, nor who said it. Windows of three words see the first, but not
the second, and since every clause stands between the same words, they do not see the order of the
clauses either. A model that reads from left to right can always be right. How well a classifier of
each kind can do at best is computed exactly, from every text and its probability (lecture 11,
section 3.4).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from framework.data.batching import pad
from framework.data.labelled import (
    BEST,
    BEST_OF_BAGS,
    LabelledText,
    TextCorpus,
    best_of_windows,
)
from framework.data.vocabulary import PAD, Ids
from framework.errors import BadInputError
from plugins.lectures.languages.draws import drawn_near, drawn_vocabulary

ASPECTS = ("film", "plot", "cast")
POSITIVE = ("moving", "fine", "clever")
NEGATIVE = ("dull", "awful", "clumsy")
FRIENDS, CRITICS = "friends", "critics"
#: Words before, between and after the clauses.
FILLER = ("you", "know")
#: Width of the windows for which a corpus states the best accuracy.
WIDTH = 3

Words = tuple[str, ...]


class _Opinion(NamedTuple):
    words: Words
    positive: bool
    probability: float


class AttributedSentiment:
    """Texts of one or two clauses ``SPEAKER say the ASPECT was [not] ADJECTIVE``.

    Label 1 is positive, 0 negative; both are equally frequent. The words decide the label.

    Args:
        alone: probability that friends alone say something; otherwise critics do so as well,
            before or after them, both equally often.
        agreement: probability that critics, if they say something, agree with friends.
        negation: probability that a clause is negated.
        rng: draws the ids of the words and, near their usual values, the probabilities; None: the
            language of the built-in corpus.

    Raises:
        BadInputError: one of them is not in (0, 1).
    """

    best_accuracy = 1.0

    def __init__(
        self,
        alone: float = 0.25,
        agreement: float = 0.5,
        negation: float = 0.4,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if not all(0 < p < 1 for p in (alone, agreement, negation)):
            raise BadInputError(
                "attributed sentiment needs alone, agreement and negation between 0 and 1, "
                f"received {alone}, {agreement} and {negation}"
            )
        usual = alone, agreement, negation
        self.alone, self.agreement, self.negation = (drawn_near(p, rng) for p in usual)
        words = {word for opinion in self._opinion_probabilities for word in opinion.words}
        self.vocabulary = drawn_vocabulary(sorted(words | {FRIENDS, CRITICS, *FILLER}), rng)

    def sample(self, count: int, *, rng: np.random.Generator) -> tuple[Ids, Ids]:
        """Draw `count` labelled texts.

        Returns:
            ids `(count, T)`, padded with `PAD`, and labels `(count,)`.
        """
        ids, labels, p = self._listed
        drawn = rng.choice(len(p), size=count, p=p)
        return ids[drawn], labels[drawn]

    @cached_property
    def _opinion_probabilities(self) -> list[_Opinion]:
        """Return every possible opinion with its probability."""
        adjectives = [(word, True) for word in POSITIVE] + [(word, False) for word in NEGATIVE]
        share = 1 / (len(ASPECTS) * len(adjectives))
        said = []
        for aspect, (adjective, positive) in product(ASPECTS, adjectives):
            start: Words = ("say", "the", aspect, "was")
            plain, negated = (*start, adjective), (*start, "not", adjective)
            said.append(_Opinion(plain, positive, share * (1 - self.negation)))
            said.append(_Opinion(negated, not positive, share * self.negation))
        return said

    def texts(self) -> Iterator[tuple[Words, bool, float]]:
        """Yield every text with its label and its probability."""
        for opinion in self._opinion_probabilities:
            words = (*FILLER, FRIENDS, *opinion.words, *FILLER)
            yield words, opinion.positive, self.alone * opinion.probability
        for ours, theirs in product(self._opinion_probabilities, self._opinion_probabilities):
            agrees = ours.positive == theirs.positive
            share = self.agreement if agrees else 1 - self.agreement
            # Half of all opinions are of the sentiment wanted; one order of two.
            p = (1 - self.alone) * share * 2 * ours.probability * theirs.probability / 2
            friends, critics = (FRIENDS, *ours.words), (CRITICS, *theirs.words)
            yield (*FILLER, *friends, *FILLER, *critics, *FILLER), ours.positive, p
            yield (*FILLER, *critics, *FILLER, *friends, *FILLER), ours.positive, p

    @cached_property
    def _listed(self) -> tuple[Ids, Ids, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        words, labels, probabilities = zip(*self.texts(), strict=True)
        ids = pad([self.vocabulary.encode(text) for text in words])
        p = np.array(probabilities)
        return ids, np.array(labels, dtype=np.int64), p / p.sum()  # to the last digit

    def best_window_accuracy(self, width: int) -> float:
        """Accuracy that no classifier of bags of windows can exceed in the long run.

        Args:
            width: words of a window, odd: each word with as many neighbours on both sides, where
                beyond the ends of a text there is nothing. 1: a bag of words.
        """
        return self._best(lambda words: frozenset(Counter(_windows(words, width)).items()))

    def _best(self, view: Callable[[Words], Hashable]) -> float:
        """Choose the likelier label of all texts that look the same in `view`."""
        shares: dict[Hashable, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for words, positive, probability in self.texts():
            shares[view(words)][positive] += probability
        return sum(map(max, shares.values()))


def _windows(words: Words, width: int) -> Iterator[Words]:
    beyond = ("",) * (width // 2)
    padded = (*beyond, *words, *beyond)
    return (padded[i : i + width] for i in range(len(words)))


def corpus(texts: int = 4000, seed: int = 0) -> TextCorpus:
    """Return the corpus: `texts` to learn from, 1/8 of that held out, 1/4 to test."""
    language, rng = AttributedSentiment(), np.random.default_rng(seed)
    sizes = texts, texts // 8, texts // 4
    train, valid, test = (_labelled(language, size, rng) for size in sizes)
    best = {
        BEST: language.best_accuracy,
        BEST_OF_BAGS: language.best_window_accuracy(1),
        best_of_windows(WIDTH): language.best_window_accuracy(WIDTH),
    }
    return TextCorpus("attributed_sentiment", train, valid, test, best)


def _labelled(
    language: AttributedSentiment, count: int, rng: np.random.Generator
) -> list[LabelledText]:
    names = ("negative", "positive")
    return [
        LabelledText(tuple(language.vocabulary.decode(row[row != PAD])), names[label])
        for row, label in zip(*language.sample(count, rng=rng), strict=True)
    ]
