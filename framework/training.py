"""The training loops, the same for every backend.

A loop uses a model through the methods of `framework.interfaces.Model` alone, and hands it the
backend's own arrays. Model, loss and optimizer come from one backend.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from framework.data.batching import batches, training_streams
from framework.data.vocabulary import Ids
from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, LanguageModel, Loss, Model, Optimizer, Parameters

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
) -> Iterator[float]:
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
        clip: greatest global norm of the gradients (see `clipped`).

    Yields:
        the loss of each step, before its update; the update is done by then.
    """
    text = training_streams(ids, batch_size)
    for _ in range(epochs):
        state = None
        for chunk in text.chunks(unroll):
            inputs, targets = (arrays.from_numpy(ids) for ids in chunk)
            logits = model.forward(inputs, state)
            state = model.state
            yield _update(model, logits, targets, loss, optimizer, clip)


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
) -> Iterator[float]:
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

    Yields:
        the loss of each step, before its update; the update is done by then.
    """
    for _ in range(epochs):
        for batch in batches(inputs, labels, batch_size, rng=rng):
            examples, targets = (arrays.from_numpy(part) for part in batch)
            yield _update(model, model.forward(examples), targets, loss, optimizer)


def _update(
    model: Model,
    logits: Any,
    targets: Any,
    loss: Loss,
    optimizer: Optimizer,
    clip: float | None = None,
) -> float:
    """One step downhill; returns the loss before it."""
    value = float(loss.forward(logits, targets))
    model.zero_gradients()
    model.backward(loss.backward())
    gradients = model.gradients if clip is None else clipped(model.gradients, clip)
    optimizer.step(model.parameters, gradients)
    return value


def _run(steps: Iterator[float], total: int, on_step: OnStep | None) -> list[float]:
    losses = []
    for value in steps:
        losses.append(value)
        if on_step is not None:
            on_step(len(losses), total, value)
    return losses


def clipped(gradients: Parameters, threshold: float) -> Parameters:
    """Gradients scaled down together, so that their global norm is at most `threshold`.

        g · min(1, threshold / ‖g‖),    ‖g‖² = Σ over all entries of all gradients

    Args:
        gradients: not modified. Arrays of any backend whose operators are NumPy's.
        threshold: greatest norm, positive.

    Raises:
        BadInputError: the norm is not finite: scaling could not save such a step.

    Source: Pascanu et al. 2013, algorithm 1; lecture 7.
    """
    norm = math.sqrt(sum(float((gradient * gradient).sum()) for gradient in gradients.values()))
    if not math.isfinite(norm):
        raise BadInputError(f"the norm of the gradients is {norm}: try a smaller learning rate")
    if norm <= threshold:
        return gradients
    return {name: gradient * (threshold / norm) for name, gradient in gradients.items()}
