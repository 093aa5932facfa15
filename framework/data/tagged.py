"""Texts with a tag for every word, generated or read from files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

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

    @classmethod
    def from_files(
        cls, name: str, files: Mapping[str, Path], read: Callable[[Path], list[TaggedSentence]]
    ) -> Self:
        """Return the corpus `name` with the sentences that `read` returns of each file.

        Words that the training part has only once become ``<unk>``, so that the model learns about
        unknown words.

        Args:
            name: the name in a report.
            files: ``train``, ``valid`` and ``test``.
            read: returns the sentences of one file.
        """
        train, valid, test = (read(files[part]) for part in ("train", "valid", "test"))
        texts = [sentence.words for sentence in train]
        return cls(name, train, valid, Vocabulary.from_texts(texts, minimum_count=2), test=test)

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
