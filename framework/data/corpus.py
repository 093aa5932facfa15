"""Texts without labels: token ids for language models, sentences for word vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from framework.data.tokens import WORDS, Tokens
from framework.data.vocabulary import Ids, Vocabulary, require_ids


@dataclass(frozen=True)
class Corpus:
    """A training text and a held-out text.

    Attributes:
        name: its name for `plugins.lectures.formats.corpus_files.load_corpus`.
        train: ids `(M,)`. The first one, an end of sentence, is never predicted.
        valid: held-out ids `(L,)`, in the same form.
        vocabulary: the words behind the ids.
        best_perplexity: exp of the entropy rate, if it is known.
        held_out: the file of `valid`; None if it is a part of the corpus.
        tokens: what the ids stand for.
    """

    name: str
    train: Ids
    valid: Ids
    vocabulary: Vocabulary
    best_perplexity: float | None = None
    held_out: str | None = None
    tokens: Tokens = WORDS

    def __post_init__(self) -> None:
        """Raise a BadInputError for ids that are no ids of the vocabulary."""
        for part, ids in (("train", self.train), ("valid", self.valid)):
            require_ids(f"the {part} of the corpus '{self.name}'", ids, len(self.vocabulary.words))

    @property
    def best_score(self) -> float | None:
        """The best possible perplexity, if it is known."""
        return self.best_perplexity


@dataclass(frozen=True)
class SentenceCorpus:
    """Training sentences for word vectors.

    Attributes:
        name: its name in reports.
        sentences: the words of each sentence.
        best_score: None: word vectors have no best possible score.
    """

    name: str
    sentences: Sequence[Sequence[str]]
    best_score: ClassVar[float | None] = None
