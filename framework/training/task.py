"""Training tasks: the batches, the loss, the score and the options of a kind of run.

A kind of run is a subclass of `TrainingTask`. A plugin offers it as an implementation of the kind
``task``. Those of gradus are in `plugins.lectures.training`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framework.data.corpus_registry import Corpora
from framework.data.vocabulary import Vocabulary
from framework.interfaces import Array, Arrays, LanguageModel, Loss, Model, Optimizer
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.loops import Batch, Learner, LossLearner
from framework.training.named_parts import build_loss, build_penalty, own_clipping
from framework.training.tools import build_optimizer, model_arguments
from framework.training.training_options import TrainingOptions

#: Sizes of a model whose exercise says nothing else.
SIZES = {"embedding_size": 32, "hidden_size": 64}


@dataclass(frozen=True)
class Request:
    """The model to train and its surroundings.

    Attributes:
        model: registry name of the model.
        defaults: arguments of its constructor, from the recipe of its exercise.
        backend: computes.
        corpora: the known corpora; None: no names, only files.
    """

    model: str
    defaults: Mapping[str, Any]
    backend: Backend
    corpora: Corpora | None = None


@dataclass(frozen=True)
class Evaluation:
    """The data on which a checkpoint is measured.

    Attributes:
        backend: the backend that computes.
        corpus: a corpus or a file; None: the test or held-out part of the training corpus.
        data: the folder of that corpus; None: the folder of the training.
        corpora: the known corpora; None: no names, only files.
        path: the path of the checkpoint, for messages.
    """

    backend: Backend
    corpus: str | None = None
    data: Path | None = None
    corpora: Corpora | None = None
    path: Path = Path("the checkpoint")


@dataclass(frozen=True)
class TextWriter:
    """The language model of a checkpoint, for each condition if it takes one.

    Attributes:
        model_for: returns the language model, in evaluation mode, for the words of a condition; it
            gets no words if there is no `source`.
        source: the words that a condition may have; None: the model takes no condition.
        length: the most words of a text, with its end; None: any number.
        alignment: returns the share of each source word in each word of a text, `(T, S)`, for the
            words of the condition and the ids of the text; None: the model has none.
    """

    model_for: Callable[[Sequence[str]], LanguageModel]
    source: Vocabulary | None = None
    length: int | None = None
    alignment: Callable[[Sequence[str], Sequence[int]], Array] | None = None


@dataclass(frozen=True)
class TrainingJob:
    """One of the runs of a command.

    Attributes:
        label: distinguishes its file from those of other runs; empty for a single run.
        task: the task.
        model: registry name of the model.
        arguments: arguments of the model's constructor, without `TrainingTask.sizes`.
        options: the options, with the seed of this run.
    """

    label: str
    task: TrainingTask
    model: str
    arguments: Mapping[str, Any]
    options: TrainingOptions


class TrainingTask(ABC):
    """The training and test examples of a kind of run.

    Attributes:
        kind: the kind of run, as in ``run`` of a table ``[train]``.
        help: the text of ``gradus train NAME --help``.
        options: the class of its options.
        lower_is_better: whether a lower score is the better one.
        model_kind: the kind of the model in the registry.
        carries_state: whether the state is passed from batch to batch, see `Batch.continues`.
        target_axes: the number of axes of the targets in a batch, 2 for the words `(N, T)`.
        own_losses: the losses that its `learner` computes without scores of the model.
        reads_numbers: whether the inputs are real numbers, to which `load` applies the option
            ``transform``, see `framework.training.named_parts.fitted_transform`.
        unit: the unit of speed in the plural, as in ``tokens``.
        advice: what to try if a loss is not finite.
        commands: the commands that use a checkpoint at ``{path}``, the next one first.
        corpus: the name of the corpus.
        described: its parts and their sizes, for a report.
        vocabulary: the words behind the ids.
    """

    kind: ClassVar[str]
    help: ClassVar[str]
    options: ClassVar[type[TrainingOptions]] = TrainingOptions
    lower_is_better: ClassVar[bool] = False
    model_kind: ClassVar[str] = "model"
    unit: ClassVar[str] = "examples"
    carries_state: ClassVar[bool] = False
    target_axes: ClassVar[int] = 1
    own_losses: ClassVar[tuple[str, ...]] = ()
    reads_numbers: ClassVar[bool] = False
    advice: ClassVar[str] = "a smaller `--learning-rate`, or `--clip 5`"
    commands: ClassVar[tuple[str, ...]] = ("gradus evaluate {path}",)

    corpus: str
    described: str
    vocabulary: Vocabulary

    @property
    @abstractmethod
    def measure(self) -> str:
        """The name of the score, as in ``accuracy``."""

    # From options to runs.

    @classmethod
    @abstractmethod
    def load(cls, options: Any, request: Request) -> TrainingTask:
        """Return the task with the examples that `options` name."""

    @classmethod
    def jobs(cls, options: Any, request: Request) -> Iterator[TrainingJob]:
        """Yield the runs of `options`: one for each seed."""
        arguments = cls.arguments(options, request)
        task = cls.load(options, request)
        for seeded in options.each_seed():
            label = f"seed{seeded.seed}" if options.seeds > 1 else ""
            yield TrainingJob(label, task, request.model, arguments, seeded)

    @classmethod
    def arguments(cls, options: Any, request: Request) -> dict[str, Any]:
        """Return the arguments of the model: default sizes, its recipe, then ``--set``."""
        known = request.backend.parameters_of(request.model, cls.model_kind)
        required = [
            name for name, parameter in known.items() if parameter.default is Parameter.empty
        ]
        sizes = {name: SIZES[name] for name in SIZES if name in required}
        return {**sizes, **request.defaults, **model_arguments(options.arguments)}

    # The model.

    def sizes(self) -> dict[str, Any]:
        """Return the arguments of the model that the examples determine."""
        return {"vocabulary_size": len(self.vocabulary)}

    def build(
        self, backend: Backend, model: str, arguments: Mapping[str, Any], rng: np.random.Generator
    ) -> Model:
        """Return the model to train; `arguments` contain `sizes`."""
        built: Model = backend.build(model, kind=self.model_kind, rng=rng, **arguments)
        return built

    def initialise(
        self, model: Model, arrays: Arrays, options: Any, rng: np.random.Generator
    ) -> None:
        """Change the initial parameters as options require; by default do nothing."""
        return

    def kept_arguments(self, model: Model, arrays: Arrays) -> dict[str, Array]:
        """Return the array arguments of the model, for its checkpoint."""
        return {}

    # Batches, loss and score.

    @abstractmethod
    def batches(self, options: Any, epoch: int) -> tuple[int, Iterator[Batch]]:
        """Return the number of batches of epoch number `epoch`, from 1, and these batches.

        Random numbers depend only on `options` and `epoch`, so that an interrupted run can
        continue.
        """

    def loss_examples(self) -> tuple[Array, ...]:
        """Return small arguments of the loss, with the types and numbers of axes in training.

        By default these are scores of classes, `(..., 3)`, and the classes, `(...)`.
        """
        shape = (1,) * (self.target_axes - 1) + (2,)
        return np.zeros((*shape, 3)), np.full(shape, 2)

    def loss(self, backend: Backend, options: Any) -> Loss:
        """Return the loss that `options` name: a mean over all predictions of a batch.

        Raises:
            UsageError: it does not fit `loss_examples`; the losses that fit are named.
        """
        return build_loss(backend, options.loss, self.loss_examples(), self.own_losses)

    def objective(self, backend: Backend, model: Model, options: Any) -> dict[str, Any]:
        """Return the keyword arguments of the learner that `options` determine."""
        return {
            "clip": options.clip,
            "clipping": own_clipping(backend) if options.clip is not None else None,
            "summed": options.summed,
            "weight_decay": options.weight_decay,
            "penalty": build_penalty(backend, options.penalty, model),
        }

    def optimizer(self, backend: Backend, options: Any) -> Optimizer:
        """Return the optimizer of `options`."""
        return build_optimizer(backend, options)

    def learner(
        self, backend: Backend, model: Model, optimizer: Optimizer, options: Any
    ) -> Learner:
        """Return the object that takes the steps."""
        return LossLearner(
            model,
            self.loss(backend, options),
            optimizer,
            backend.arrays,
            **self.objective(backend, model, options),
        )

    @abstractmethod
    def score(self, model: Model, arrays: Arrays) -> float | None:
        """Return the score of `model` on held-out data; None without such data."""

    def generator_seed(self, seed: int, epoch: int) -> list[int]:
        """Return the seed of the model's random numbers in epoch number `epoch`, as for dropout."""
        return [seed, epoch]

    # Reports.

    def identity(self) -> dict[str, Any]:
        """Return the properties that must be equal in a resumed run, as JSON values."""
        return {}

    def size_of(self, model: Model) -> str:
        """Return the size of `model`, for a report."""
        size = sum(int(np.prod(array.shape)) for array in model.parameters.values())
        return f"{size:,} parameters"

    def step_size(self, options: Any) -> int:
        """Return the number of units in a step, for the speed."""
        size: int = options.batch_size
        return size

    def speed(self, seconds: float, options: Any) -> str:
        """Return the speed of an epoch that took `seconds`; empty if it is not shown."""
        return ""

    def held_out(self, score: float) -> str:
        """Return the score after an epoch, for a report."""
        return f"held-out {self.measure} {score:.4f}"

    def levels(self, reference: Backend) -> dict[str, float]:
        """Return scores to compare a held-out score with, as the best possible one: name -> score.

        Args:
            reference: computes the scores of other models; in a student kit it has few of them.
        """
        return {}

    def measured(self, model: Model, arrays: Arrays) -> tuple[float, list[str]] | None:
        """Return the score of the trained model and lines about it; None without a test."""
        return None

    def finish(self, checkpoint: Checkpoint, options: Any, label: str) -> list[str]:
        """Save additional files of the run, and return lines about them.

        Args:
            checkpoint: the checkpoint of the trained model.
            options: the options of the run.
            label: distinguishes the run from others, see `TrainingJob`.
        """
        return []

    # Checkpoints.

    @classmethod
    def writer(cls, saved: Checkpoint, backend: Backend) -> TextWriter | None:
        """Return what writes texts with the checkpoint `saved`; None if it writes none."""
        return None

    @classmethod
    @abstractmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Yield lines with the score of the model of the checkpoint `saved`."""
