"""The steps of training, the same for every backend, every kind of model, and the checks.

A step uses only the methods of `framework.interfaces.Model`, with the backend's arrays. Model, loss
and optimizer come from one backend.
"""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from framework.data.batching import batches, training_streams, without_padding
from framework.data.vocabulary import Ids
from framework.errors import BadInputError, UsageError
from framework.interfaces import Array, Arrays, LanguageModel, Loss, Model, Optimizer, Penalty

#: Seconds between two readings of losses that a device holds: a reading waits for the device.
READING = 0.5


@dataclass(frozen=True)
class Batch:
    """The examples of one step, as NumPy arrays, or as arrays of a backend that moved them ahead.

    Attributes:
        inputs: the arguments of the model's `forward`.
        targets: the targets of the loss.
        terms: the summed loss divided by the mean loss.
        weight: the weight of its loss in the mean loss of an epoch.
        continues: None: the model takes no state. False: it takes one, and the texts begin here.
            True: it continues with the state after the previous batch.
    """

    inputs: tuple[Any, ...]
    targets: Any
    terms: int = 1
    weight: float = 1.0
    continues: bool | None = None


#: A function from gradients by name and their maximum norm to clipped gradients.
Clipping = Callable[[Mapping[str, Any], float], Mapping[str, Any]]

#: A function from a batch to its mean loss, and the gradients for the optimizer by name.
GradientStep = Callable[[Batch], tuple[Any, Mapping[str, Any]]]


class Learner(ABC):
    """The steps of training.

    Attributes:
        works_on_device: whether a step uses the arrays of a batch only in the backend's form: then
            they may be moved to the device before the step, and the step may be recorded.

    Args:
        model: the model to train. Its method ``constrain``, if any, is called after each step, for
            example to limit a norm.
        optimizer: keeps its own state.
        arrays: the backend's arrays.
        clip: greatest global norm of the gradients (see `Arrays.scale`).
        clipping: clips to that norm in the place of `arrays`.
        summed: minimise the sum over the terms of a batch, instead of the mean.
        weight_decay: before each step, every parameter is multiplied by 1 − learning rate × this.
        penalty: minimise also its value.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019), for weight decay.
    """

    works_on_device: ClassVar[bool] = False

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        arrays: Arrays,
        *,
        clip: float | None = None,
        clipping: Clipping | None = None,
        summed: bool = False,
        weight_decay: float = 0.0,
        penalty: Penalty | None = None,
    ) -> None:
        self.model, self.optimizer, self.arrays = model, optimizer, arrays
        self.clip, self.summed, self.weight_decay = clip, summed, weight_decay
        self.clipping, self.penalty = clipping, penalty

        #: Computes loss and gradients of a step; an accelerator may replace it.
        self.gradient_step: GradientStep = self.scaled_gradients

    def step(self, batch: Batch) -> Any:
        """Take one step, and return the mean loss before it."""
        value, gradients = self.gradient_step(batch)
        parameters = self.model.parameters
        if self.weight_decay:
            factor = -self.optimizer.learning_rate * self.weight_decay
            self.arrays.add_multiple(parameters, parameters, factor)
        self.optimizer.step(parameters, dict(gradients.items()))
        if constrain := getattr(self.model, "constrain", None):
            constrain()
        return value

    def scaled_gradients(self, batch: Batch) -> tuple[Any, Mapping[str, Any]]:
        """Compute the mean loss, and the scaled and clipped gradients of the model."""
        value = self.backpropagate(batch)
        gradients = self.model.gradients
        factor = batch.terms if self.summed else 1
        if self.penalty is not None:
            added = self.penalty.gradient(self.model.parameters)
            self.arrays.add_multiple(gradients, added, 1 / factor)
        if self.clip is None or self.clipping is None:
            self.arrays.scale(gradients, factor, self.clip)
        else:
            self.arrays.scale(gradients, factor)
            for name, array in self.clipping(dict(gradients.items()), self.clip).items():
                gradients[name] = array
        return value, gradients

    def native(self, array: Any) -> Any:
        """Return a copy of a NumPy array in the backend's form, or `array` if it was moved."""
        return self.arrays.from_numpy(array) if isinstance(array, np.ndarray) else array

    @abstractmethod
    def backpropagate(self, batch: Batch) -> Any:
        """Compute the gradients of the mean loss in the model, and return that loss."""


class LossLearner(Learner):
    """The steps of training with a loss of the model's output.

    Args:
        model: ``forward(*inputs) -> output``. For batches with a state
            ``forward(*inputs, state)``, which leaves the state after it in the attribute ``state``.
        loss: mean over all predictions, of outputs and targets.
        optimizer, arrays, clip, summed: see `Learner`.
    """

    works_on_device = True

    def __init__(
        self, model: Model, loss: Loss, optimizer: Optimizer, arrays: Arrays, **scaling: Any
    ) -> None:
        super().__init__(model, optimizer, arrays, **scaling)
        self.loss = loss

    def backpropagate(self, batch: Batch) -> Any:
        """Compute forward, loss and backward of `batch`, and return the mean loss."""
        inputs = [self.native(array) for array in batch.inputs]
        targets = self.native(batch.targets)
        if batch.continues is not None:
            inputs.append(self.model.state if batch.continues else None)  # type: ignore[attr-defined]
        value = self.loss.forward(self.model.forward(*inputs), targets)
        self.model.zero_gradients()
        self.model.backward(self.loss.backward())
        return value


class Losses:
    """The losses of an epoch, which are read from their device only at intervals.

    Args:
        advice: what to try if a loss is not finite.
        total: sum of the losses so far, times their weights.
        weight: sum of the weights so far.

    Attributes:
        last: the loss that was read last; None: none yet.
    """

    def __init__(self, advice: str, total: float = 0.0, weight: float = 0.0) -> None:
        self.advice, self.total, self.weight = advice, total, weight
        self.last: float | None = None
        self._unread: list[tuple[int, Any, float]] = []
        self._next_reading = 0.0

    def add(self, step: int, steps: int, loss: Any, weight: float) -> None:
        """Add the loss of step number `step` of all `steps`.

        Raises:
            UsageError: a loss is no number any more.
        """
        self._unread.append((step, loss, weight))
        if isinstance(loss, float) or time.monotonic() >= self._next_reading:
            self.read(steps)

    def read(self, steps: int) -> None:
        """Read the losses that have not been read.

        Raises:
            UsageError: a loss is no number any more.
        """
        for step, loss, weight in self._unread:
            self.last = float(loss)
            if not math.isfinite(self.last):
                raise UsageError(
                    f"the loss is {self.last} at step {step} of {steps}: try {self.advice}"
                )
            self.total, self.weight = self.total + weight * self.last, self.weight + weight
        self._unread.clear()
        self._next_reading = time.monotonic() + READING

    @property
    def mean(self) -> float:
        """The weighted mean of all losses that have been read."""
        return self.total / self.weight if self.weight else math.nan


def language_model_steps(
    model: LanguageModel,
    ids: Ids,
    *,
    loss: Loss,
    optimizer: Optimizer,
    arrays: Arrays,
    batch_size: int,
    unroll: int,
    epochs: int,
    clip: float | None = None,
    summed: bool = False,
) -> Iterator[Any]:
    """Train `model` to predict the next token of the text `ids: (M,)`, step by step.

    A step is taken when the next loss is asked for.

    Args:
        model: ``forward(tokens (N, T), state or None) -> logits (N, T, V)``, which leaves the state
            after the chunk in its attribute ``state``.
        ids: the text.
        batch_size, unroll: see `text_batches`.
        epochs: the number of epochs.
        loss, optimizer, arrays, clip, summed: see `LossLearner`.

    Yields:
        the mean loss of each step, before its update; the update is done by then.
    """
    learner = LossLearner(model, loss, optimizer, arrays, clip=clip, summed=summed)
    for _ in range(epochs):
        for batch in text_batches(ids, batch_size, unroll)[1]:
            yield learner.step(batch)


def text_batches(ids: Ids, batch_size: int, unroll: int) -> tuple[int, Iterator[Batch]]:
    """Return the number of batches of one epoch, and these batches.

    The text is cut into `batch_size` streams, and those into chunks of `unroll` steps. The state
    is carried from chunk to chunk, the gradient is not (truncated backpropagation through time).
    The summed loss is the sum over the steps of a chunk of the mean over the streams.

    Args:
        ids: the text, `(M,)`.
        batch_size: the number of parallel streams.
        unroll: steps per chunk.
    """
    text = training_streams(ids, batch_size)
    chunks = enumerate(text.chunks(unroll))
    made = (
        Batch((inputs,), targets, terms=inputs.shape[1], continues=index > 0)
        for index, (inputs, targets) in chunks
    )
    return -(-text.inputs.shape[1] // unroll), made


def classifier_steps(
    model: Model,
    inputs: Array,
    labels: Array,
    *,
    loss: Loss,
    optimizer: Optimizer,
    arrays: Arrays,
    batch_size: int,
    epochs: int,
    rng: np.random.Generator,
    shorten: bool = False,
) -> Iterator[Any]:
    """Train `model` to give `labels: (M, ...)` for `inputs: (M, ...)`, step by step.

    A step is taken when the next loss is asked for.

    Args:
        model: ``forward(inputs) -> logits (N, C)``.
        inputs, labels, batch_size, rng, shorten: see `example_batches`.
        epochs: the number of epochs.
        loss, optimizer, arrays: see `LossLearner`.

    Yields:
        the loss of each step, before its update; the update is done by then.
    """
    learner = LossLearner(model, loss, optimizer, arrays)
    for _ in range(epochs):
        for batch in example_batches((inputs,), labels, batch_size, rng=rng, shorten=shorten)[1]:
            yield learner.step(batch)


def example_batches(
    inputs: tuple[Array, ...],
    labels: Array,
    batch_size: int,
    *,
    rng: np.random.Generator,
    shorten: bool = False,
) -> tuple[int, Iterator[Batch]]:
    """Return the number of batches of one epoch, and these batches.

    The summed loss is the sum over all predictions.

    Args:
        inputs: the arguments of the model, each with one example per row.
        labels: one label, or row of labels, per row.
        batch_size: examples per step.
        rng: draws the order of the examples.
        shorten: leave out the columns that are padding in a whole batch: `inputs` are padded ids,
            and the model gives the same logits with less padding.

    Raises:
        BadInputError: `inputs` and `labels` differ in length.
    """
    for array in inputs:
        if len(array) != len(labels):
            raise BadInputError(f"{len(array)} inputs but {len(labels)} labels")
    places = np.arange(len(labels))
    drawn = batches(places, labels, batch_size, rng=rng)
    made = (_examples(inputs, rows, targets, shorten) for rows, targets in drawn)
    return -(-len(labels) // batch_size), made


def _examples(inputs: tuple[Array, ...], rows: Ids, targets: Array, shorten: bool) -> Batch:
    chosen = (array[rows] for array in inputs)
    return Batch(
        tuple(without_padding(array) if shorten else array for array in chosen),
        targets,
        terms=targets.size,
    )
