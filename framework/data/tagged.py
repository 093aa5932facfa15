"""Texts with a tag for every word, generated or read from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

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
        best_score: the best score that is possible in the long run, where it is known.
        test: to be measured on at the end.
        entities: whether the tags mark named entities, see `framework.data.tags`: the score is then
            the F1 of whole entities.
    """

    entities: ClassVar[bool] = True

    name: str
    train: Sequence[TaggedSentence]
    valid: Sequence[TaggedSentence]
    vocabulary: Vocabulary
    best_score: float | None = None
    test: Sequence[TaggedSentence] = ()

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags of the training part in alphabetical order; a class is an index of this list."""
        return tuple(sorted({tag for sentence in self.train for tag in sentence.tags}))

    @cached_property
    def rare_words(self) -> tuple[str, ...]:
        """The words of the training part that are not in the vocabulary, in alphabetical order."""
        words = {word for sentence in self.train for word in sentence.words}
        return tuple(sorted(words.difference(self.vocabulary.words)))


class PartOfSpeechCorpus(TaggedCorpus):
    """Sentences whose tags are parts of speech: the score is the accuracy of tags."""

    entities = False
