"""One training run of any kind of model: its epochs and steps, its position, and resuming."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from framework.errors import BadInputError, UsageError
from framework.interfaces import Array, Model
from framework.providers.backends import Backend
from framework.providers.device_errors import explained_device_errors
from framework.training.accelerator import accelerator_of
from framework.training.checkpoints import Checkpoint, assign, saved_arrays
from framework.training.loops import Batch, Losses
from framework.training.named_parts import initialise_weights
from framework.training.states import (
    optimizer_state,
    pack_state,
    restore_optimizer,
    unpack_state,
)
from framework.training.task import TrainingTask
from framework.training.tools import LearningRate, check_sizes
from framework.training.training_options import LearningOptions, check_settings

#: Called after each step with the number of steps done, the number of all steps, and the last loss
#: that was read, or None.
OnStep = Callable[[int, int, float | None], None]

#: Advice after an error of a device.
_GO_ON = "`--resume` continues from the last step that was saved"


@dataclass(frozen=True)
class Best:
    """The epoch whose model was best on held-out data; the last one of equal epochs.

    Attributes:
        epoch: its number, from 1.
        score: of the held-out part.
        parameters: of the model after it, in NumPy's arrays.
    """

    epoch: int
    score: float
    parameters: Mapping[str, Array] = field(repr=False)


class TrainingRun:
    """A model in training.

    Args:
        backend: the backend that computes.
        task: the examples, the loss and the score.
        model: registry name of the model.
        arguments: keyword arguments of its constructor, without `rng` and `TrainingTask.sizes`.
        options: the options of training. Equal options give equal runs.

    Attributes:
        epochs_done: the number of completed epochs.
        steps_done: the number of steps done in the current epoch; 0 between epochs.
        scores: the held-out score after each epoch, also those before resuming.
        best: the best epoch; None before the first.
        seconds: the time of all steps of an epoch, measured on the last one.

    Raises:
        UsageError: the backend does not offer the model, the optimizer or the schedule, or they do
            not take these arguments; or `arguments` contradict `TrainingTask.sizes`.
    """

    def __init__(
        self,
        backend: Backend,
        task: TrainingTask,
        model: str,
        arguments: Mapping[str, Any],
        options: LearningOptions,
    ) -> None:
        self.backend, self.task, self.options = backend, task, options
        self.model_name = model
        if options.transform is not None and not task.reads_numbers:
            raise UsageError(
                f"`--transform` needs inputs that are real numbers, but those of {task.corpus} are "
                "ids of words: leave it out"
            )
        check_sizes(arguments, task.sizes(), options, task.corpus)
        self.arguments = {**task.sizes(), **arguments}
        self.epochs_done = self.steps_done = 0
        self.scores: list[float] = []
        self.best: Best | None = None
        self.seconds = 0.0
        self._rng = backend.arrays.generator(options.seed)
        self.accelerator = accelerator_of(backend, options)
        self.model = self._build()
        self._computing = self._computing_model()
        self._optimizer = task.optimizer(backend, options)
        self._rates = LearningRate(backend, options)
        if self._rates.is_scheduled or options.weight_decay:
            self._check_optimizer()
        self._learner = task.learner(backend, self._computing, self._optimizer, options)
        if options.compile:
            self.accelerator.compile(self._computing)
        if self._learner.works_on_device:
            step = self._learner.gradient_step
            self._learner.gradient_step = self.accelerator.repeated(
                step, self._computing, self._rng
            )
        self._losses = Losses(task.advice)

    def _build(self) -> Model:
        model = self.task.build(self.backend, self.model_name, self.arguments, self._rng)
        model.astype(self.options.weight_type)
        r, arrays = self.options.initial_range, self.backend.arrays
        if r is not None:
            for name, parameter in model.parameters.items():
                drawn = self._rng.uniform(-r, r, tuple(parameter.shape))
                arrays.assign(model.parameters, name, drawn.astype(self.options.weight_type))
        if self.options.initializer is not None:
            initialise_weights(
                self.backend,
                self.options.initializer,
                model,
                self._rng,
                self.options.weight_type,
            )
        self.task.initialise(model, arrays, self.options, self._rng)
        return model

    def _computing_model(self) -> Model:
        """Return the model that computes the steps: another one for weights in a higher
        precision."""
        if self.options.precision == self.options.weight_type:
            return self.model
        other = self.task.build(self.backend, self.model_name, self.arguments, self._rng)
        return self.accelerator.low_precision(self.model, other)

    def _check_optimizer(self) -> None:
        if not hasattr(self._optimizer, "learning_rate"):
            name = type(self._optimizer).__name__
            raise UsageError(
                f"{name} has no attribute `learning_rate`, which `--schedule` and `--weight-decay` "
                "need"
            )

    @property
    def score(self) -> float:
        """The held-out score of the model that `checkpoint` has, after at least one epoch."""
        is_best = self.options.keep == "best" and self.best is not None
        return self.best.score if is_best and self.best is not None else self.scores[-1]

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step, at the start of an epoch."""
        return self._rates.at(self.epochs_done + 1)

    def learning_rates(self, count: int) -> list[tuple[float, float]]:
        """Return times in epochs and the learning rates there, `count` steps from 0 to now.

        The list is empty if the rate does not change within an epoch.
        """
        if not self._rates.depends_on_the_end or not self.epochs_done:
            return []
        times = [self.epochs_done * i / count for i in range(count + 1)]
        epochs = [min(int(time) + 1, self.epochs_done) for time in times]
        return [
            (time, self._rates.at(epoch, time - epoch + 1))
            for time, epoch in zip(times, epochs, strict=True)
        ]

    @property
    def is_scheduled(self) -> bool:
        """Whether the learning rate follows a schedule."""
        return self._rates.is_scheduled

    def epoch(self, on_step: OnStep | None = None) -> tuple[float, float]:
        """Train to the end of the epoch; return the mean loss, and the score on held-out data.

        Random numbers depend only on the seed and the number of the epoch. So an interrupted run
        continues as if it had not been interrupted.

        Raises:
            UsageError: a loss is no number any more.
        """
        if not self.steps_done:
            self._begin_epoch()
        self._computing.train()
        # A run that diverges shows in the loss; NumPy need not warn as well.
        with (
            self.backend.in_force(),
            np.errstate(over="ignore", invalid="ignore"),
            explained_device_errors(_GO_ON),
            self.accelerator.computing(),
        ):
            self._take_steps(on_step)
            loss = self._losses.mean
            score = self.task.score(self.model, self.backend.arrays)
        self._end_epoch(loss if score is None else score)
        return loss, self.scores[-1]

    def penalty(self) -> float | None:
        """Return the penalty on the current parameters; None without a penalty."""
        penalty = self._learner.penalty
        if penalty is None:
            return None
        with self.backend.in_force():
            return float(penalty.value(self.model.parameters))

    def _begin_epoch(self) -> None:
        # The model's layers use the same generator object for dropout.
        seed = self.task.generator_seed(self.options.seed, self.epochs_done + 1)
        arrays = self.backend.arrays
        arrays.restore_generator(self._rng, arrays.generator_state(arrays.generator(seed)))
        self._losses = Losses(self.task.advice)

    def _take_steps(self, on_step: OnStep | None) -> None:
        number, done = self.epochs_done + 1, self.steps_done
        total, batches = self.task.batches(self.options, number)
        started = time.perf_counter()
        left: Iterator[Batch] = islice(
            batches, done, None
        )  # the others were used before the interruption
        if self._learner.works_on_device:
            left = self.accelerator.moved_ahead(left)
        for step, batch in enumerate(left, done + 1):
            if self._rates.is_scheduled:
                self._optimizer.learning_rate = self._rates.at(number, (step - 1) / total)
            loss = self._learner.step(batch)
            self.steps_done = step
            self._losses.add(step, total, loss, batch.weight)
            if on_step is not None:
                on_step(step, total, self._losses.last)
        self._losses.read(total)
        self.seconds = (time.perf_counter() - started) * total / max(1, total - done)

    def _end_epoch(self, score: float) -> None:
        self.epochs_done, self.steps_done = self.epochs_done + 1, 0
        self.scores.append(score)
        self._rates.observe(self.epochs_done, self._cost(score))
        if self.best is None or self._cost(score) <= self._cost(self.best.score):
            parameters = self._saved() if self.options.keep == "best" else {}
            self.best = Best(self.epochs_done, score, parameters)

    def _cost(self, score: float) -> float:
        return score if self.task.lower_is_better else -score

    def take_best(self) -> None:
        """Set the model to the parameters of its best epoch, if they are kept."""
        if self.best is not None and self.options.keep == "best":
            assign(self.model, self.best.parameters, self.backend.arrays)

    def checkpoint(self) -> Checkpoint:
        """Return the final model: after its best epoch, or after the last one with its run
        state."""
        if self.options.keep == "last":
            return self.progress()
        best = self._saved() if self.best is None else self.best.parameters
        return self._checkpoint(best, self._training())

    def progress(self) -> Checkpoint:
        """Return the current model with the state of the run.

        Raises:
            UsageError: a loss is no number any more.
            UnsavableStateError: within an epoch, a file cannot keep the model's state.
        """
        training = self._training()
        state: dict[str, Array] = {}
        if self.steps_done:
            carried = getattr(self._computing, "state", None) if self.task.carries_state else None
            described, state = pack_state(carried, self.backend.arrays)
            training["interrupted"] = {**self._interrupted(), "state": described}
        memory = optimizer_state(self._optimizer, self.backend.arrays)
        return self._checkpoint(self._saved(), training, memory, state)

    def _interrupted(self) -> dict[str, Any]:
        """Return the position of the run within an epoch."""
        self._losses.read(self.steps_done)
        return {
            "steps_done": self.steps_done,
            "loss": self._losses.total,
            "weight": self._losses.weight,
            "generator": self.backend.arrays.generator_state(self._rng),
        }

    def _checkpoint(
        self,
        parameters: Mapping[str, Array],
        training: Mapping[str, Any],
        memory: Mapping[str, Array] | None = None,
        state: Mapping[str, Array] | None = None,
    ) -> Checkpoint:
        kept = self.task.kept_arguments(self.model, self.backend.arrays)
        return Checkpoint(
            self.model_name,
            {**self.arguments, **kept},
            self.task.vocabulary,
            self.task.corpus,
            self.backend.name,
            self.backend.provider,
            dict(parameters),
            training,
            memory or {},
            state or {},
        )

    def _saved(self) -> dict[str, Array]:
        return saved_arrays(self.model, self.backend.arrays)

    def _training(self) -> dict[str, Any]:
        best = self.best
        return {
            **self._identity(),
            "epochs": self.options.epochs,
            "epochs_done": self.epochs_done,
            "scores": list(self.scores),
            "best_epoch": best.epoch if best else 0,
            "best_score": best.score if best else 0.0,
        }

    def _identity(self) -> dict[str, Any]:
        """Return the settings that must be equal in a resumed run."""
        settings = self.options.settings()
        if self.options.keep == "last" and not self._rates.depends_on_the_end:
            settings.pop("epochs", None)  # more epochs only continue the run
        return {
            **settings,
            "run": self.task.kind,
            "arguments": self.arguments,
            **self.task.identity(),
        }

    def resume(self, last: Checkpoint, best: Checkpoint | None = None) -> None:
        """Continue an interrupted run.

        Args:
            last: `progress` of that run.
            best: `checkpoint` of that run, if it keeps the best epoch.

        Raises:
            UsageError: the options or examples of that run differ.
            BadInputError: a setting in the checkpoint is outside of its range.
        """
        self._check_same(last)
        assign(self.model, last.parameters, self.backend.arrays)
        restore_optimizer(self._optimizer, last.optimizer, self.backend.arrays)
        self._take_over(last, best or last)
        if "interrupted" in last.training:
            self._go_on_within(last)

    def take_over(self, best: Checkpoint) -> None:
        """Take the state of the finished run whose `checkpoint` is `best`.

        Raises:
            UsageError, BadInputError: see `resume`.
        """
        self._check_same(best)
        self._take_over(best, best)

    def _take_over(self, last: Checkpoint, best: Checkpoint) -> None:
        training = last.training
        self.epochs_done = int(training["epochs_done"])
        self.scores = [float(score) for score in training.get("scores", ())]
        for epoch, score in enumerate(self.scores, self.epochs_done - len(self.scores) + 1):
            self._rates.observe(epoch, self._cost(score))
        if epoch := int(training.get("best_epoch", 0)):
            self.best = Best(epoch, float(training["best_score"]), best.parameters)

    def _go_on_within(self, last: Checkpoint) -> None:
        interrupted = last.training["interrupted"]
        self.steps_done = int(interrupted["steps_done"])
        self.backend.arrays.restore_generator(self._rng, interrupted["generator"])
        self._losses = Losses(self.task.advice, interrupted["loss"], interrupted["weight"])
        state = unpack_state(interrupted["state"], last.state, self.backend.arrays)
        if state is not None:
            self._computing.state = state  # type: ignore[attr-defined]

    def _check_same(self, saved: Checkpoint) -> None:
        """Raise an error for a checkpoint of another run."""
        try:
            check_settings(type(self.options), saved.training)
        except UsageError as error:
            raise BadInputError(f"the checkpoint cannot be resumed: its {error}") from None
        if saved.vocabulary.words != self.task.vocabulary.words:
            raise UsageError("the checkpoint cannot be resumed: its vocabulary differs")
        for name, wanted in sorted(self._identity().items()):
            trained = saved.training.get(name)
            if trained != wanted:
                known = "not known" if name not in saved.training else trained
                raise UsageError(
                    f"the checkpoint cannot be resumed: its {name.replace('_', ' ')} is "
                    f"{known}, but this run has {wanted}"
                )
