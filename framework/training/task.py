"""What a classifier is trained to do: examples to learn from, and parts to be measured on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from framework.data.vocabulary import Ids, Vocabulary


class Part(ABC):
    """Examples that a classifier is measured on.

    Attributes:
        inputs: one example per row, `(M, ...)` ids.
        measure: what its score is, as ``accuracy``.
    """

    inputs: Ids
    measure: ClassVar[str]

    @abstractmethod
    def score(self, predicted: Ids) -> float:
        """How good the classes `predicted: (M,)` are, 0 to 1."""

    def details(self, predicted: Ids) -> list[str]:
        """Lines that say more about them."""
        return []


@dataclass(frozen=True)
class Task:
    """Examples to learn from and to be measured on.

    Attributes:
        run: the kind of run, as ``run`` of a table ``[train]`` says it.
        corpus: its name.
        described: its parts and their sizes, for a report.
        classes: their names; class c is place c.
        vocabulary: the words behind the ids.
        inputs: to learn from, one example per row, `(M, ...)` ids.
        labels: their classes, `(M,)`.
        valid: held out, to choose an epoch by.
        test: to be measured on at the end; None where the corpus has no such part.
        best: the best score that is possible in the long run, where it is known: description ->
            score.
        shorten: whether batches lose their columns of padding, see
            `framework.training.loops.classifier_steps`.
    """

    run: str
    corpus: str
    described: str
    classes: tuple[str, ...]
    vocabulary: Vocabulary
    inputs: Ids
    labels: Ids
    valid: Part
    test: Part | None = None
    best: Mapping[str, float] = field(default_factory=dict, hash=False)
    shorten: bool = False

    def scored(self, part: str, score: float) -> str:
        """`score` of the part called `part`, with the best score where it is known."""
        best = ", ".join(f"{what} {value:.4f}" for what, value in self.best.items())
        return f"{part} {self.valid.measure} {score:.4f}{f' ({best})' if best else ''}"
