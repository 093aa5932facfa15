"""Labelled texts for text classifiers, and their division into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from framework.data.tokens import WORDS, Tokens
from framework.errors import BadInputError, UsageError

#: Keys of `TextCorpus.best`: the best accuracy of all classifiers, and of bags of words.
BEST = "best possible"
BEST_OF_BAGS = "without the order of words"


def best_of_windows(width: int) -> str:
    """Return its key for the best accuracy of bags of windows of `width` words."""
    return f"with windows of {width} words"


@dataclass(frozen=True, order=True)
class LabelledText:
    """A text and its label.

    Attributes:
        words: of the text.
        label: of the text.
        raw: the text before it was divided into words; empty if only its words are known.
    """

    words: tuple[str, ...]
    label: str
    raw: str = field(default="", compare=False, repr=False)

    def split(self, tokens: Tokens) -> Sequence[str]:
        """Return the words, or the tokens of the text in lower case."""
        return self.words if tokens is WORDS else tokens.split(self.text)

    @property
    def text(self) -> str:
        """The text in lower case, from which tokens other than words are made."""
        return (self.raw or " ".join(self.words)).lower()


Texts = Sequence[LabelledText]


@dataclass(frozen=True)
class TextCorpus:
    """Labelled texts for training, for the choice of an epoch, and for the test.

    Attributes:
        name: what it is called in a report.
        train: to learn from.
        valid: held out; empty where the corpus has no such part.
        test: to be measured on at the end; empty where the corpus has no such part.
        best: the best possible accuracy in expectation, if it is known: description -> accuracy.
    """

    name: str
    train: Texts
    valid: Texts = ()
    test: Texts = ()
    best: Mapping[str, float] = field(default_factory=dict, hash=False)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The labels of the training texts in alphabetical order; a class is an index of this
        list."""
        return tuple(sorted({text.label for text in self.train}))

    @property
    def best_score(self) -> float | None:
        """The best possible accuracy of all classifiers, if it is known."""
        return self.best.get(BEST)


def with_held_out(corpus: TextCorpus, *, rng: np.random.Generator) -> TextCorpus:
    """Return the corpus with a held-out part: its own, or a tenth of the training part.

    Args:
        corpus: not modified.
        rng: draws which texts are held out.

    Raises:
        BadInputError: there is only one text to learn from.
    """
    if corpus.valid:
        return corpus
    if len(corpus.train) < 2:
        raise BadInputError(
            f"{corpus.name} has {len(corpus.train)} text(s) to learn from: at least two are "
            "needed, because a tenth is held out"
        )
    held_out, rest = _shuffled_parts(corpus.train, [max(1, len(corpus.train) // 10)], rng)
    return replace(corpus, train=rest, valid=held_out)


def folds(corpus: TextCorpus, count: int, *, rng: np.random.Generator) -> list[TextCorpus]:
    """Return the `count` corpora of a cross-validation; each text is in one test part.

    All other texts are the training part; there is no held-out part yet.

    Args:
        corpus: has no test part; a held-out part counts as any other text.
        count: the number of folds, at least 2.
        rng: draws the folds.

    Raises:
        UsageError: the corpus has a test part of its own.
        BadInputError: it has fewer texts than `count`.
    """
    if corpus.test:
        raise UsageError(f"{corpus.name} has a test part of its own: leave out `--folds`")
    texts = [*corpus.train, *corpus.valid]
    if len(texts) < count:
        raise BadInputError(f"{len(texts)} texts of {corpus.name} cannot be cut into {count} folds")
    ends = [len(texts) * i // count for i in range(1, count)]
    parts = _shuffled_parts(texts, ends, rng)
    return [
        replace(corpus, train=_joined(parts[:i] + parts[i + 1 :]), valid=(), test=parts[i])
        for i in range(count)
    ]


def _shuffled_parts(texts: Texts, ends: Sequence[int], rng: np.random.Generator) -> list[Texts]:
    """Return the texts in random order, divided at the indices `ends`."""
    order = rng.permutation(len(texts))
    return [[texts[index] for index in places] for places in np.split(order, ends)]


def _joined(parts: Sequence[Texts]) -> Texts:
    return [text for part in parts for text in part]
