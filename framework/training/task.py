"""What a model is trained to do: its batches, its loss, its score, and the options that it takes.

A kind of run is a subclass of `Task`. Those of the framework are in `framework.training.tasks`; a
plugin offers its own as an implementation of the kind ``task``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framework.data.corpus_registry import Corpora
from framework.data.vocabulary import Vocabulary
from framework.interfaces import Array, Arrays, Loss, Model, Optimizer
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.loops import Batch, Learner, LossLearner
from framework.training.options import TrainingOptions
from framework.training.tools import model_arguments


@dataclass(frozen=True)
class Request:
    """What is to be trained.

    Attributes:
        model: registry name of the model.
        defaults: arguments of its constructor, from the recipe of its exercise.
        backend: computes.
        corpora: the known corpora; None: those that ship with gradus.
    """

    model: str
    defaults: Mapping[str, Any]
    backend: Backend
    corpora: Corpora | None = None


@dataclass(frozen=True)
class Evaluation:
    """What a checkpoint is to be measured on.

    Attributes:
        backend: computes.
        corpus: a corpus or a file; None: what the model was trained on, its test or held-out part.
        data: the folder of that corpus; None: as when it was trained.
        corpora: the known corpora; None: those that ship with gradus.
        path: of the checkpoint, for messages.
    """

    backend: Backend
    corpus: str | None = None
    data: Path | None = None
    corpora: Corpora | None = None
    path: Path = Path("the checkpoint")


@dataclass(frozen=True)
class Job:
    """One run among those that a command starts.

    Attributes:
        label: tells its file from those of the others; empty for a single run.
        task: what is learned.
        model: registry name of the model.
        arguments: of the model's constructor, beside `Task.sizes`.
        options: with the seed of this run.
    """

    label: str
    task: Task
    model: str
    arguments: Mapping[str, Any]
    options: TrainingOptions


class Task(ABC):
    """Examples to learn from and to be measured on.

    Attributes:
        kind: the kind of run, as ``run`` of a table ``[train]`` says it.
        help: the text of ``gradus train NAME --help``.
        options: the class of its options.
        measure: what its score is, as ``accuracy``.
        lower_is_better: whether a lower score is the better one.
        model_kind: the kind of model that it trains, as the registry says it.
        carries_state: whether the model's state goes from batch to batch, see `Batch.goes_on`.
        unit: what is read in a step, in the plural, as ``tokens``.
        advice: what to try where a run's loss is no number any more.
        corpus: the name of what it learns from.
        described: its parts and their sizes, for a report.
        vocabulary: the words behind the ids.
    """

    kind: ClassVar[str]
    help: ClassVar[str]
    options: ClassVar[type[TrainingOptions]] = TrainingOptions
    measure: ClassVar[str]
    lower_is_better: ClassVar[bool] = False
    model_kind: ClassVar[str] = "model"
    unit: ClassVar[str] = "examples"
    carries_state: ClassVar[bool] = False
    advice: ClassVar[str] = "a smaller `--learning-rate`, or `--clip 5`"

    corpus: str
    described: str
    vocabulary: Vocabulary

    # What is to be done, from options.

    @classmethod
    @abstractmethod
    def load(cls, options: Any, request: Request) -> Task:
        """The examples that `options` name."""

    @classmethod
    def jobs(cls, options: Any, request: Request) -> Iterator[Job]:
        """The runs that `options` ask for: one for each seed."""
        arguments = cls.arguments(options, request)
        task = cls.load(options, request)
        for one in options.each_seed():
            label = f"seed{one.seed}" if options.seeds > 1 else ""
            yield Job(label, task, request.model, arguments, one)

    @classmethod
    def arguments(cls, options: Any, request: Request) -> dict[str, Any]:
        """The arguments of the model: those of its recipe, then those of ``--set``."""
        return {**request.defaults, **model_arguments(options.arguments)}

    # The model.

    def sizes(self) -> dict[str, Any]:
        """The arguments of the model that follow from the examples."""
        return {"vocabulary_size": len(self.vocabulary)}

    def build(
        self, backend: Backend, model: str, arguments: Mapping[str, Any], rng: np.random.Generator
    ) -> Model:
        """The model to train; `arguments` contain `sizes`."""
        built: Model = backend.build(model, kind=self.model_kind, rng=rng, **arguments)
        return built

    def initialise(
        self, model: Model, arrays: Arrays, options: Any, rng: np.random.Generator
    ) -> None:
        """Change the initial parameters, where options ask for it; here none do."""
        return

    def kept_arguments(self, model: Model, arrays: Arrays) -> dict[str, Array]:
        """Arguments of the model that are arrays, to be kept in its checkpoint."""
        return {}

    # A batch, a loss, a score.

    @abstractmethod
    def batches(self, options: Any, epoch: int) -> tuple[int, Iterator[Batch]]:
        """The number of batches of epoch number `epoch`, from 1, and these batches.

        What is drawn depends on `options` and `epoch` alone, so that an interrupted run can go on.
        """

    def loss(self, backend: Backend) -> Loss:
        """The loss: a mean over all predictions of a batch."""
        found: Loss = backend.build("softmax_cross_entropy", kind="loss")
        return found

    def learner(
        self, backend: Backend, model: Model, optimizer: Optimizer, options: Any
    ) -> Learner:
        """What takes the steps."""
        return LossLearner(
            model,
            self.loss(backend),
            optimizer,
            backend.arrays,
            clip=options.clip,
            summed=options.summed,
        )

    @abstractmethod
    def score(self, model: Model, arrays: Arrays) -> float | None:
        """How good `model` is on what is held out; None: nothing is, and the loss has to do."""

    def generator_seed(self, seed: int, epoch: int) -> list[int]:
        """The seed of what the model draws in epoch number `epoch`, as dropout."""
        return [seed, epoch]

    # Reports.

    def identity(self) -> dict[str, Any]:
        """What a run has in common with the one that it goes on with, as JSON has it."""
        return {}

    def size_of(self, model: Model) -> str:
        """The size of `model`, for a report."""
        size = sum(int(np.prod(array.shape)) for array in model.parameters.values())
        return f"{size:,} parameters"

    def step_size(self, options: Any) -> int:
        """How many units are read in a step, for the speed."""
        size: int = options.batch_size
        return size

    def speed(self, seconds: float) -> str:
        """How fast an epoch was that took `seconds`; empty where that is not shown."""
        return ""

    def held_out(self, score: float) -> str:
        """The score after an epoch, for a report."""
        return f"held-out {self.measure} {score:.4f}"

    def measured(self, model: Model, arrays: Arrays) -> tuple[float, list[str]] | None:
        """The score of the trained model, and lines about it; None: that of its epoch is all."""
        return None

    def finish(self, checkpoint: Checkpoint, options: Any, label: str) -> list[str]:
        """Save what is to be saved beside the checkpoint; lines that say so.

        Args:
            checkpoint: of the trained model.
            options: of the run.
            label: tells the run from others, see `Job`.
        """
        return []

    def next_command(self, out: Path) -> str:
        """What to do with the checkpoint at `out`."""
        return f"gradus evaluate {out}"

    @classmethod
    @abstractmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Lines that say how good the model of the checkpoint `saved` is."""
