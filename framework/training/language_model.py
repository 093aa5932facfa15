"""One training run of a language model: everything that an epoch needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from framework.data.corpus import Corpus
from framework.data.vocabulary import Ids
from framework.errors import UsageError
from framework.evaluation.metrics import language_model_perplexity
from framework.interfaces import Arrays, LanguageModel, Loss, Optimizer, Schedule
from framework.models.character_aware import build_language_model
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint, assign, saved_arrays
from framework.training.loops import OnStep, fit_language_model
from framework.training.named_arguments import parse_named
from framework.training.optimizer_state import optimizer_state, restore_optimizer
from framework.training.resuming import check_same_run

#: Streams that a held-out text is cut into. Fixed, since each of them starts without a memory of
#: the text before it: the perplexity of a checkpoint must not depend on how it was trained.
EVALUATION_STREAMS = 16


def held_out_perplexity(model: LanguageModel, ids: Ids, arrays: Arrays) -> float:
    """Perplexity on the text `ids: (M,)`, the same for `gradus train` and `gradus evaluate`."""
    model.eval()
    return language_model_perplexity(model, ids, EVALUATION_STREAMS, arrays)


@dataclass(frozen=True)
class LanguageModelSettings:
    """How a language model is trained.

    Attributes:
        optimizer: ``name`` or ``name@provider``, with arguments as `parse_named` reads them.
        learning_rate: of the optimizer, and of the schedule at its start.
        batch_size, unroll, clip, summed: see `framework.training.loops.language_model_steps`.
        precision: dtype of parameters and states, ``float64`` or ``float32``.
        seed: of all that is drawn.
        schedule: written like `optimizer`, counts in epochs; None: the rate stays.
        hold: epochs, at least one, that the first rate lasts before the schedule begins.
        initial_range: draw all parameters from −r to r; None: as the layers themselves do.
    """

    optimizer: str
    learning_rate: float
    batch_size: int
    unroll: int
    clip: float | None
    precision: str
    seed: int
    schedule: str | None = None
    hold: int = 1
    summed: bool = False
    initial_range: float | None = None


class LanguageModelRun:
    """A language model in training.

    Args:
        backend: who computes.
        corpus: the texts.
        model: registry name of a language model.
        arguments: keyword arguments of its constructor beside `vocabulary_size` and `rng`; or what
            `build_language_model` takes.
        settings: how it is trained. The same settings give the same run.

    Attributes:
        epochs_done: how many epochs the model has been trained.

    Raises:
        UsageError: the backend does not offer the model, or it does not take these arguments.
    """

    def __init__(
        self,
        backend: Backend,
        corpus: Corpus,
        model: str,
        arguments: Mapping[str, Any],
        settings: LanguageModelSettings,
    ) -> None:
        self.backend = backend
        self.corpus = corpus
        self.model_name = model
        self.arguments = {"vocabulary_size": len(corpus.vocabulary), **arguments}
        self.settings = settings
        self.epochs_done = 0
        self._rng = backend.arrays.generator(settings.seed)
        self.model = build_language_model(
            backend, model, corpus.vocabulary, self.arguments, self._rng
        )
        self.model.astype(settings.precision)
        self._draw_parameters()
        self._loss: Loss = backend.build("softmax_cross_entropy", kind="loss")
        self._optimizer: Optimizer = self._build_tool("optimizer", settings.optimizer)
        self._schedule = self._build_schedule()

    def _draw_parameters(self) -> None:
        r = self.settings.initial_range
        if r is not None:
            for parameter in self.model.parameters.values():
                drawn = self._rng.uniform(-r, r, tuple(parameter.shape))
                self.backend.arrays.assign(parameter, drawn.astype(self.settings.precision))

    def _build_tool(self, kind: str, written: str) -> Any:
        name, arguments = parse_named(written)
        rate = self.settings.learning_rate
        try:
            return self.backend.build(name, kind=kind, learning_rate=rate, **arguments)
        except ValueError as error:
            raise UsageError(f"'{written}' cannot be built: {error}") from error

    def _build_schedule(self) -> Schedule | None:
        if self.settings.schedule is None:
            return None
        if not hasattr(self._optimizer, "learning_rate"):
            name = type(self._optimizer).__name__
            raise UsageError(f"{name} has no attribute `learning_rate` that a schedule could set")
        schedule: Schedule = self._build_tool("schedule", self.settings.schedule)
        return schedule

    @property
    def learning_rate(self) -> float:
        """The rate of the epoch after those that are done."""
        if self._schedule is None:
            return self.settings.learning_rate
        return self._schedule.rate(max(0, self.epochs_done + 1 - self.settings.hold))

    def epoch(self, on_step: OnStep) -> float:
        """Read the training text once; returns the mean loss.

        What is drawn depends on the seed and the number of the epoch alone, so that a run that was
        interrupted goes on as if it had not been.
        """
        arrays = self.backend.arrays
        fresh = arrays.generator([self.epochs_done + 1, self.settings.seed])
        arrays.restore_generator(self._rng, arrays.generator_state(fresh))
        if self._schedule is not None:
            vars(self._optimizer)["learning_rate"] = self.learning_rate
        self.model.train()
        # A run that diverges shows in the loss, which `on_step` sees; NumPy need not warn as well.
        with np.errstate(over="ignore", invalid="ignore"):
            losses = self._fit(on_step)
        self.epochs_done += 1
        return float(np.mean(losses))

    def perplexity(self) -> float:
        """The perplexity of the held-out text."""
        with np.errstate(over="ignore", invalid="ignore"):
            return held_out_perplexity(self.model, self.corpus.valid, self.backend.arrays)

    def _fit(self, on_step: OnStep) -> list[float]:
        return fit_language_model(
            self.model,
            self.corpus.train,
            loss=self._loss,
            optimizer=self._optimizer,
            arrays=self.backend.arrays,
            batch_size=self.settings.batch_size,
            unroll=self.settings.unroll,
            epochs=1,
            clip=self.settings.clip,
            summed=self.settings.summed,
            on_step=on_step,
        )

    def checkpoint(self) -> Checkpoint:
        """The model as it is now, and how to go on with it."""
        return Checkpoint(
            self.model_name,
            self.arguments,
            self.corpus.vocabulary,
            self.corpus.name,
            self.backend.name,
            saved_arrays(self.model, self.backend.arrays),
            self._training(),
            optimizer_state(self._optimizer, self.backend.arrays),
        )

    def _training(self) -> dict[str, Any]:
        return {
            "epochs_done": self.epochs_done,
            "words": len(self.corpus.train),
            "held_out": self.corpus.held_out,
            "arguments": self.arguments,
            **asdict(self.settings),
        }

    def resume(self, saved: Checkpoint) -> None:
        """Go on where the run of the checkpoint `saved` stopped.

        Raises:
            UsageError: that run had other settings, or another text.
        """
        check_same_run(saved, self._training(), self.corpus.vocabulary)
        assign(self.model, saved.parameters, self.backend.arrays)
        restore_optimizer(self._optimizer, saved.optimizer, self.backend.arrays)
        self.epochs_done = int(saved.training["epochs_done"])
