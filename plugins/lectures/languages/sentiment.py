"""A sentiment grammar with negation, with the best possible accuracies.

    the plot was not dull                       positive
    the film was moving and the cast was fine   positive: both clauses say so
    the music was fine but the plot was dull    negative: what follows "but" decides

Word order matters: "not moving and dull" against "not dull and moving" (clauses shortened). How
well an order-blind classifier can do at best is therefore a number below that of a classifier that
reads, and both are computed exactly, from every sentence and its probability (lecture 11; Iyyer et
al. 2015, *Deep Unordered Composition Rivals Syntactic Methods*).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from framework.data.batching import pad
from framework.data.labelled import BEST, BEST_OF_BAGS, LabelledText, TextCorpus
from framework.data.vocabulary import PAD, Ids
from framework.errors import BadInputError
from plugins.lectures.languages.draws import drawn_near, drawn_vocabulary

ASPECTS = ("film", "plot", "cast", "music", "ending")
POSITIVE = ("moving", "fine", "clever", "charming", "funny", "great")
NEGATIVE = ("dull", "awful", "clumsy", "tedious", "silly", "flat")

#: Shares of the sentences: one clause, two that agree, two that disagree.
SHARES = {"": 0.4, "and": 0.35, "but": 0.25}

Words = tuple[str, ...]


@dataclass(frozen=True)
class _Clause:
    words: Words
    positive: bool
    probability: float


class SentimentGrammar:
    """Sentences of one or two clauses ``the ASPECT was [not] ADJECTIVE``, each with a label.

    Label 1 is positive, 0 negative; both are equally frequent.

    Args:
        negation: probability that a clause is negated.
        noise: probability that a label is wrong, as annotators' labels are.
        rng: draws the ids of the words and, near its usual value, how often a clause is negated;
            None: the grammar of the built-in corpus.

    Raises:
        BadInputError: `negation` is not in (0, 1) or `noise` not in [0, 0.5).
    """

    def __init__(
        self,
        negation: float = 0.3,
        noise: float = 0.05,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        if not 0 < negation < 1 or not 0 <= noise < 0.5:
            raise BadInputError(
                "a sentiment grammar needs 0 < negation < 1 and 0 ≤ noise < 0.5, "
                f"received {negation} and {noise}"
            )
        self.negation = drawn_near(negation, rng)
        self.noise = noise
        words = {word for clause in self._clauses for word in clause.words}
        self.vocabulary = drawn_vocabulary(sorted(words | {"and", "but"}), rng)

    def sample(self, count: int, *, rng: np.random.Generator) -> tuple[Ids, Ids]:
        """Draw `count` labelled sentences.

        Returns:
            ids `(count, T)`, padded with `PAD`, and labels `(count,)`.
        """
        sentences = [self._draw(rng) for _ in range(count)]
        flips = rng.random(count) < self.noise
        labels = np.array([positive for _, positive in sentences], dtype=bool) ^ flips
        ids = pad([self.vocabulary.encode(words) for words, _ in sentences])
        return ids, labels.astype(np.int64)

    def _draw(self, rng: np.random.Generator) -> tuple[Words, bool]:
        link = rng.choice(list(SHARES), p=list(SHARES.values()))
        last = self._draw_clause(rng)
        if not link:
            return last.words, last.positive
        # The first clause agrees with "and", disagrees with "but": draw until it does.
        while (first := self._draw_clause(rng)).positive != (last.positive == (link == "and")):
            continue
        return (*first.words, str(link), *last.words), last.positive

    def _draw_clause(self, rng: np.random.Generator) -> _Clause:
        u = rng.random() * self._bounds[-1]
        return self._clauses[int(np.searchsorted(self._bounds, u, side="right"))]

    @cached_property
    def _clauses(self) -> list[_Clause]:
        adjectives = [(word, True) for word in POSITIVE] + [(word, False) for word in NEGATIVE]
        share = 1 / (len(ASPECTS) * len(adjectives))
        clauses = []
        for aspect, (adjective, positive) in product(ASPECTS, adjectives):
            start: Words = ("the", aspect, "was")
            plain, negated = (*start, adjective), (*start, "not", adjective)
            clauses.append(_Clause(plain, positive, share * (1 - self.negation)))
            clauses.append(_Clause(negated, not positive, share * self.negation))
        return clauses

    @cached_property
    def _bounds(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.cumsum([clause.probability for clause in self._clauses])

    def sentences(self) -> Iterator[tuple[Words, bool, float]]:
        """Yield every sentence with its sentiment (before noise) and its probability."""
        for clause in self._clauses:
            yield clause.words, clause.positive, SHARES[""] * clause.probability
        for first, last in product(self._clauses, self._clauses):
            link = "and" if first.positive == last.positive else "but"
            # Twice: a first clause of the sentiment wanted has probability 1/2.
            probability = 2 * SHARES[link] * first.probability * last.probability
            yield (*first.words, link, *last.words), last.positive, probability

    @cached_property
    def best_accuracy(self) -> float:
        """Accuracy that no classifier can exceed in the long run."""
        return self._best(lambda words: words)

    @cached_property
    def best_order_blind_accuracy(self) -> float:
        """Accuracy that no classifier of bags of words can exceed in the long run."""
        return self._best(lambda words: tuple(sorted(words)))

    @cached_property
    def best_order_blind_accuracy_without_noise(self) -> float:
        """The same for a test without wrong labels, as in `sentences`."""
        noise = self.noise
        return (self.best_order_blind_accuracy - noise) / (1 - 2 * noise)

    def _best(self, view: Callable[[Words], Hashable]) -> float:
        """Choose the likelier label of all sentences that look the same in `view`."""
        positive: dict[Hashable, float] = defaultdict(float)
        total: dict[Hashable, float] = defaultdict(float)
        for words, is_positive, probability in self.sentences():
            seen = view(words)
            total[seen] += probability
            positive[seen] += probability * is_positive
        sure = sum(max(positive[seen], total[seen] - positive[seen]) for seen in total)
        return sure * (1 - self.noise) + (1 - sure) * self.noise


def corpus(sentences: int = 4000, seed: int = 0) -> TextCorpus:
    """Return the corpus ``sentiment``: `sentences` for training, 1/8 held out, 1/4 for the test."""
    grammar, rng = SentimentGrammar(), np.random.default_rng(seed)
    sizes = sentences, sentences // 8, sentences // 4
    train, valid, test = (_labelled(grammar, size, rng) for size in sizes)
    best = {
        BEST: grammar.best_accuracy,
        BEST_OF_BAGS: grammar.best_order_blind_accuracy,
    }
    return TextCorpus("sentiment", train, valid, test, best)


def _labelled(
    grammar: SentimentGrammar, count: int, rng: np.random.Generator
) -> list[LabelledText]:
    ids, labels = grammar.sample(count, rng=rng)
    names = ("negative", "positive")
    return [
        LabelledText(tuple(grammar.vocabulary.decode(row[row != PAD])), names[label])
        for row, label in zip(ids, labels, strict=True)
    ]
