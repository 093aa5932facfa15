"""Pairs of a sentence and its translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class SentencePair(NamedTuple):
    """The words of a sentence and of its translation, without ends of sentences."""

    source: tuple[str, ...]
    target: tuple[str, ...]


@dataclass(frozen=True)
class PairCorpus:
    """Pairs for training, for the choice of an epoch, and for the test.

    Attributes:
        name: what it is called in a report.
        train: to learn from.
        valid: held out; empty where the corpus has no such part.
        test: to be measured on at the end; empty where the corpus has no such part.
        best_exact_match: the best possible share of sentences that are right in every word.
    """

    name: str
    train: Sequence[SentencePair]
    valid: Sequence[SentencePair] = ()
    test: Sequence[SentencePair] = ()
    best_exact_match: float | None = None

    @property
    def best_score(self) -> float | None:
        """The best possible exact match, if it is known."""
        return self.best_exact_match
