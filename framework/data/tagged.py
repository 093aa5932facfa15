"""Texts in which every word has a tag: generated, or read from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from framework.data.vocabulary import Vocabulary


@dataclass(frozen=True)
class TaggedSentence:
    """Words and their tags, equally many."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class TaggedCorpus:
    """Sentences to learn from, to choose an epoch by, and to be measured on.

    Attributes:
        name: what it is called in a report.
        train: to learn from.
        valid: held out.
        vocabulary: the words behind the ids.
        best_f1: the best F1 that is possible in the long run, where it is known.
        test: to be measured on at the end.
    """

    name: str
    train: Sequence[TaggedSentence]
    valid: Sequence[TaggedSentence]
    vocabulary: Vocabulary
    best_f1: float | None = None
    test: Sequence[TaggedSentence] = ()

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags of the training part, by alphabet: a class is a place in this list."""
        return tuple(sorted({tag for sentence in self.train for tag in sentence.tags}))

    @property
    def best_score(self) -> float | None:
        """The best possible F1, where it is known."""
        return self.best_f1
