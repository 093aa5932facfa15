"""Texts without labels: token ids for language models, sentences for word vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from framework.data.vocabulary import Ids, Vocabulary


@dataclass(frozen=True)
class Corpus:
    """A text to learn from and one to be measured on.

    Attributes:
        name: what `framework.data.corpora.load_corpus` knows it by.
        train: ids `(M,)`. The first one, an end of sentence, is only ever read, never predicted.
        valid: held-out ids `(L,)`, in the same form.
        vocabulary: the words behind the ids.
        best_perplexity: exp of the entropy rate where it is known.
        held_out: the file that `valid` comes from; None where it is a part of the corpus.
    """

    name: str
    train: Ids
    valid: Ids
    vocabulary: Vocabulary
    best_perplexity: float | None = None
    held_out: str | None = None

    @property
    def best_score(self) -> float | None:
        """The best possible perplexity, where it is known."""
        return self.best_perplexity


@dataclass(frozen=True)
class SentenceCorpus:
    """Sentences to learn word vectors from.

    Attributes:
        name: what it is called in a report.
        sentences: the words of each sentence.
        best_score: None: word vectors have no best possible score.
    """

    name: str
    sentences: Sequence[Sequence[str]]
    best_score: ClassVar[float | None] = None
