"""The training loops, the same for every backend.

A loop uses a model through the methods of `framework.interfaces.Model` alone, and hands it the
backend's own arrays. Model, loss and optimizer come from one backend.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from framework.data.batching import batches, training_streams, without_padding
from framework.data.vocabulary import Ids
from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, LanguageModel, Loss, Model, Optimizer

#: Called after each step with the number of steps done, of all steps, and the loss.
OnStep = Callable[[int, int, float], None]


def fit_language_model(
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
    on_step: OnStep | None = None,
) -> list[float]:
    """Train `model` to predict the next token of the text `ids: (M,)`.

    Args:
        model: see `language_model_steps`, as for all that follows but the last.
        on_step: see `OnStep`.

    Returns:
        the loss of each step, before its update.
    """
    steps = language_model_steps(
        model,
        ids,
        loss=loss,
        optimizer=optimizer,
        arrays=arrays,
        batch_size=batch_size,
        unroll=unroll,
        epochs=epochs,
        clip=clip,
        summed=summed,
    )
    per_epoch = -(-training_streams(ids, batch_size).inputs.shape[1] // unroll)
    return _run(steps, per_epoch * epochs, on_step)


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
    """The steps of `fit_language_model`, each taken when the next loss is asked for.

    The text is cut into `batch_size` streams, and those into chunks of `unroll` steps. The state
    is carried from chunk to chunk, the gradient is not (truncated backpropagation through time).

    Args:
        model: ``forward(tokens (N, T), state or None) -> logits (N, T, V)``, which leaves the state
            after the chunk in its attribute ``state``.
        ids: the text.
        loss: mean over all predictions, of logits and target ids.
        optimizer: keeps its own state: a further call goes on where this one ended.
        arrays: the backend's arrays.
        batch_size: streams read side by side.
        unroll: steps per chunk.
        epochs: times the text is read.
        clip: greatest global norm of the gradients (see `scale_gradients`).
        summed: minimise the sum over the steps of a chunk of the mean over the streams, instead of
            the mean over both.

    Yields:
        the mean loss of each step, before its update; the update is done by then.
    """
    text = training_streams(ids, batch_size)
    for _ in range(epochs):
        state = None
        for chunk in text.chunks(unroll):
            inputs, targets = (arrays.from_numpy(ids) for ids in chunk)
            logits = model.forward(inputs, state)
            state = model.state
            factor = chunk[0].shape[1] if summed else 1
            yield _update(model, logits, targets, loss, optimizer, factor=factor, clip=clip)


def fit_classifier(
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
    on_step: OnStep | None = None,
) -> list[float]:
    """Train `model` to give `labels: (M, ...)` for `inputs: (M, ...)`.

    Args:
        model: see `classifier_steps`, as for all that follows but the last.
        on_step: see `OnStep`.

    Returns:
        the loss of each step, before its update.
    """
    steps = classifier_steps(
        model,
        inputs,
        labels,
        loss=loss,
        optimizer=optimizer,
        arrays=arrays,
        batch_size=batch_size,
        epochs=epochs,
        rng=rng,
        shorten=shorten,
    )
    return _run(steps, -(-len(inputs) // batch_size) * epochs, on_step)


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
    """The steps of `fit_classifier`, each taken when the next loss is asked for.

    Args:
        model: ``forward(inputs) -> logits (N, C)``.
        inputs: one example per row, as padded ids.
        labels: one label per row.
        loss: mean over a batch, of logits and labels.
        optimizer: keeps its own state: a further call goes on where this one ended.
        arrays: the backend's arrays.
        batch_size: examples per step.
        epochs: times that all examples are seen.
        rng: draws the order of the examples, anew in each epoch.
        shorten: leave out the columns that are padding in a whole batch: `inputs` are padded ids,
            and the model gives the same logits with less padding.

    Yields:
        the loss of each step, before its update; the update is done by then.
    """
    for _ in range(epochs):
        for rows, row_labels in batches(inputs, labels, batch_size, rng=rng):
            examples = arrays.from_numpy(without_padding(rows) if shorten else rows)
            targets = arrays.from_numpy(row_labels)
            yield _update(model, model.forward(examples), targets, loss, optimizer)


def _update(
    model: Model,
    logits: Any,
    targets: Any,
    loss: Loss,
    optimizer: Optimizer,
    *,
    factor: float = 1,
    clip: float | None = None,
) -> Any:
    """One step down `factor` times the loss; returns the loss before it."""
    value = loss.forward(logits, targets)
    model.zero_gradients()
    model.backward(loss.backward())
    gradients = model.gradients
    scale_gradients(gradients, factor, clip)
    optimizer.step(model.parameters, gradients)
    return value


def _run(steps: Iterator[Any], total: int, on_step: OnStep | None) -> list[float]:
    losses = []
    for value in steps:
        losses.append(value)
        if on_step is not None:
            on_step(len(losses), total, float(value))
    return [float(value) for value in losses]


def scale_gradients(
    gradients: Mapping[str, Any], factor: float = 1, clip: float | None = None
) -> None:
    """Multiply all gradients by `factor`, or by less: their global norm is at most `clip` after.

        g · f · min(1, clip / ‖f g‖),    ‖g‖² = Σ over all entries of all gradients

    Args:
        gradients: changed in place. Arrays of any backend whose operators are NumPy's.
        factor: f, positive.
        clip: greatest norm, positive; None: no bound.

    Raises:
        BadInputError: the norm is not finite: scaling could not save such a step.

    Source: Pascanu et al. 2013, algorithm 1; lecture 7.
    """
    if clip is not None:
        norm = factor * _norm(gradients)
        if not math.isfinite(norm):
            raise BadInputError(f"the norm of the gradients is {norm}: try a smaller learning rate")
        factor *= min(1.0, clip / norm) if norm else 1.0
    if factor != 1:
        for gradient in gradients.values():
            gradient *= factor


def _norm(gradients: Mapping[str, Any]) -> float:
    """A product of a vector with itself needs no array of squares."""
    vectors = (gradient.reshape(-1) for gradient in gradients.values())
    return math.sqrt(sum(float(vector @ vector) for vector in vectors))
