"""Texts with a tag for every word, generated or read from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from framework.data.vocabulary import Vocabulary
from framework.errors import BadInputError


@dataclass(frozen=True)
class TaggedSentence:
    """Words and their tags, of equal number."""

    words: tuple[str, ...]
    tags: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raise a BadInputError if the numbers of words and tags differ."""
        if len(self.words) != len(self.tags):
            counts = f"{len(self.words)} words and {len(self.tags)} tags"
            raise BadInputError(f"the sentence '{' '.join(self.words)[:80]}' has {counts}")


@dataclass(frozen=True)
class TaggedCorpus:
    """Sentences for training, for the choice of an epoch, and for the test.

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
        """The tags of the training part in alphabetical order; a class is an index of this list."""
        return tuple(sorted({tag for sentence in self.train for tag in sentence.tags}))

    @property
    def best_score(self) -> float | None:
        """The best possible F1, if it is known."""
        return self.best_f1
