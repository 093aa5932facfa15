"""Tasks of classifiers: labelled examples for training, and parts for evaluation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

import numpy as np

from framework.data.batching import without_padding
from framework.data.vocabulary import Ids, Vocabulary
from framework.interfaces import Arrays, Model
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.loops import Batch, example_batches
from framework.training.option_fields import with_default
from framework.training.task import Evaluation, TrainingTask
from framework.training.training_options import FolderOptions, LearningOptions, TrainingOptions

#: Number of examples that are classified at once, limited by memory.
AT_A_TIME = 256


@dataclass(frozen=True, kw_only=True)
class ClassifierOptions(FolderOptions, TrainingOptions):
    """The options of classifiers."""

    epochs: int = with_default(LearningOptions, "epochs", 5)
    keep: Literal["last", "best"] = with_default(LearningOptions, "keep", "best")


@dataclass(frozen=True)
class Group:
    """Examples of one shape, which may stand in one batch.

    Attributes:
        inputs: one example per row, `(M, ...)` ids.
        places: of their labels among all labels of a part: `(M,)`, or `(M, T)` where an example has
            a label for each of its T words.
    """

    inputs: Ids
    places: Ids


class Part(ABC):
    """Labelled examples.

    Attributes:
        labels: the classes `(L,)` of all examples.
        groups: the examples.
        measure: the name of the score, as in ``accuracy``.
    """

    labels: Ids
    groups: Sequence[Group]

    @property
    @abstractmethod
    def measure(self) -> str:
        """The name of the score."""

    @abstractmethod
    def score(self, predicted: Ids) -> float:
        """Return the score of the classes `predicted: (L,)`, 0 to 1."""

    def details(self, predicted: Ids) -> list[str]:
        """Return more lines about the predicted classes."""
        return []


@dataclass(frozen=True, kw_only=True)
class ClassifierTask(TrainingTask):
    """Learn the classes of examples.

    Attributes:
        corpus: its name.
        described: its parts and their sizes, for a report.
        classes: their names; class c is place c.
        vocabulary: the words behind the ids.
        train: to learn from.
        valid: held out, to choose an epoch by.
        test: to be measured on at the end; None where the corpus has no such part.
        best: the best score that is possible in the long run, where it is known: description ->
            score.
        source: where the examples come from, which the checkpoint keeps.
        shorten: whether batches lose their columns of padding, see
            `framework.training.loops.example_batches`.
    """

    options: ClassVar[type[ClassifierOptions]] = ClassifierOptions
    shorten: ClassVar[bool] = False

    corpus: str
    described: str
    classes: tuple[str, ...]
    vocabulary: Vocabulary
    train: Part
    valid: Part
    test: Part | None = None
    best: Mapping[str, float] = field(default_factory=dict, hash=False)
    source: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def measure(self) -> str:
        """The name of the score of the held-out part."""
        return self.valid.measure

    def sizes(self) -> dict[str, Any]:
        """Return the number of words, and of classes."""
        return {**super().sizes(), "classes": len(self.classes)}

    def batches(self, options: Any, epoch: int) -> tuple[int, Iterator[Batch]]:
        """Return all examples, in an order that is drawn."""
        rng = np.random.default_rng([options.seed, epoch, 1])
        made = [
            example_batches(
                (group.inputs,),
                self.train.labels[group.places],
                options.batch_size,
                rng=rng,
                shorten=self.shorten,
            )
            for group in self.train.groups
        ]
        return made[0] if len(made) == 1 else _mixed(made, rng)

    def score(self, model: Model, arrays: Arrays) -> float:
        """Return the score of the held-out part."""
        return self.valid.score(self.predict(model, self.valid, arrays))

    def predict(self, model: Model, part: Part, arrays: Arrays) -> Ids:
        """Return the classes that `model` gives the examples of `part`, `(M,)`."""
        return predicted_classes(model, part, arrays, shorten=self.shorten)

    def identity(self) -> dict[str, Any]:
        """Return the classes, and where the examples come from."""
        return {
            "classes": list(self.classes),
            "examples": len(self.train.labels),
            "source": dict(self.source),
        }

    def levels(self, reference: Backend) -> dict[str, float]:
        """Return the best possible scores, where they are known."""
        return dict(self.best)

    def measured(self, model: Model, arrays: Arrays) -> tuple[float, list[str]]:
        """Return the score of the test part, else of the held-out part."""
        name, part = ("held-out", self.valid) if self.test is None else ("test", self.test)
        predicted = self.predict(model, part, arrays)
        score = part.score(predicted)
        best = ", ".join(f"{what} {value:.4f}" for what, value in self.best.items())
        shown = f"{name} {part.measure} {score:.4f}{f' ({best})' if best else ''}"
        return score, [shown, *part.details(predicted)]

    @classmethod
    @abstractmethod
    def part_to_measure(cls, saved: Checkpoint, asked: Evaluation) -> tuple[Part, str]:
        """Return the examples to measure the checkpoint `saved` on, and what to call them."""

    @classmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Yield the score on the test part of a corpus, else on its held-out part.

        Of another corpus without a test part it is the score on all of it.
        """
        part, described = cls.part_to_measure(saved, asked)
        backend = asked.backend
        model = saved.restore_as("model", backend)
        predicted = predicted_classes(model, part, backend.arrays, shorten=cls.shorten)
        yield f"{saved.model} under {backend.name} on {described}"
        yield f"{part.measure} {part.score(predicted):.6f}"
        yield from part.details(predicted)


def source_to_measure(saved: Checkpoint, asked: Evaluation) -> dict[str, Any]:
    """Return the source of the checkpoint, with what the user wants instead."""
    given = {"corpus": asked.corpus, "data": None if asked.data is None else str(asked.data)}
    wanted = {key: value for key, value in given.items() if value is not None}
    return {**saved.training["source"], **wanted}


def predicted_classes(model: Model, part: Part, arrays: Arrays, *, shorten: bool) -> Ids:
    """Return the class with the largest logit for each label of `part`, `(L,)`.

    Args:
        model: ``forward(inputs) -> logits (N, C)`` or `(N, T, C)`.
        part: the examples.
        arrays: the model's own arrays.
        shorten: see `framework.training.loops.example_batches`.
    """
    model.eval()
    predicted = np.zeros(len(part.labels), dtype=np.int64)
    for group in part.groups:
        for start in range(0, len(group.inputs), AT_A_TIME):
            rows = group.inputs[start : start + AT_A_TIME]
            logits = model.forward(arrays.from_numpy(without_padding(rows) if shorten else rows))
            classes = np.argmax(arrays.to_numpy(logits), axis=-1)
            predicted[group.places[start : start + AT_A_TIME]] = classes
    return predicted


def _mixed(
    made: Sequence[tuple[int, Iterator[Batch]]], rng: np.random.Generator
) -> tuple[int, Iterator[Batch]]:
    """Return the batches of several groups in random order, each weighted by its predictions."""
    order = rng.permutation(np.repeat(np.arange(len(made)), [count for count, _ in made]))
    drawn = (next(made[group][1]) for group in order)
    return len(order), (replace(batch, weight=float(batch.targets.size)) for batch in drawn)
