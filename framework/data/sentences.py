"""Sentences as words, of which word vectors are learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


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
