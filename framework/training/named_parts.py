"""Losses, penalties, initializers and transforms by name, each checked before the first step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from framework.errors import GradusError, UsageError
from framework.interfaces import Array, Loss, Model, Penalty
from framework.providers.backends import Backend
from framework.training.loops import Clipping
from framework.training.tools import build_named, parse_named


def build_loss(
    backend: Backend, written: str, examples: Sequence[Array], others: Sequence[str] = ()
) -> Loss:
    """Return the loss `written`, which must work on arrays such as `examples`.

    Args:
        backend: offers the loss.
        written: its name and arguments, see `parse_named`.
        examples: the arguments of its `forward`. Its `backward` must return a gradient for each of
            them that has real numbers.
        others: further losses that the task offers, for messages.

    Raises:
        UsageError: it is unknown or does not fit; then the losses that fit are named.
        NotImplementedError: it is not written yet.
    """
    loss: Loss = build_named(backend, "loss", written)
    if wrong := _misfit(backend, loss, examples):
        fitting = ", ".join([*others, *_fitting_losses(backend, examples)]) or "none here"
        raise UsageError(
            f"the loss {written} does not fit the outputs of the model: {wrong}. "
            f"Losses that fit: {fitting}"
        )
    return loss


def _fitting_losses(backend: Backend, examples: Sequence[Array]) -> Iterator[str]:
    for offered in backend.implementations("loss"):
        # Losses that cannot be built without arguments, or are not written, are left out.
        with suppress(GradusError, NotImplementedError):
            if not _misfit(backend, build_named(backend, "loss", offered.name), examples):
                yield offered.name


def _misfit(backend: Backend, loss: Loss, examples: Sequence[Array]) -> str:
    """Return why `loss` does not work on `examples`; empty if it does."""
    arrays = backend.arrays
    try:
        with backend.in_force():
            loss.forward(*(arrays.from_numpy(array) for array in examples))
            result = loss.backward()
    except (GradusError, NotImplementedError):
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    gradients = result if isinstance(result, tuple) else (result,)
    shapes = [tuple(np.shape(gradient)) for gradient in gradients]
    expected = [array.shape for array in examples if array.dtype.kind == "f"]
    if shapes == expected:
        return ""
    return f"its backward returned gradients of the shapes {shapes}, expected {expected}"


def build_penalty(backend: Backend, written: str | None, model: Model) -> Penalty | None:
    """Return the penalty `written` on the parameters of `model`; None without a name.

    Raises:
        UsageError: it is unknown, or its gradients do not have the names and shapes of parameters.
        NotImplementedError: it is not written yet.
    """
    if written is None:
        return None
    penalty: Penalty = build_named(backend, "penalty", written)
    shapes = {name: tuple(array.shape) for name, array in model.parameters.items()}
    with backend.in_force():
        gradient: Mapping[str, Any] = penalty.gradient(model.parameters)
    for name, array in gradient.items():
        if shapes.get(name) != (shape := tuple(np.shape(array))):
            raise UsageError(
                f"the penalty {written} returned a gradient of the shape {shape} for '{name}', "
                f"but the parameter has {shapes.get(name, 'no such name')}"
            )
    return penalty


def own_clipping(backend: Backend) -> Clipping | None:
    """Return the provider's own `clip_by_norm`; None if the arrays of the backend clip.

    The reference has a solution for it, too, but its arrays clip in place, which is faster.
    """
    provider = backend.provider
    if provider == backend.name or backend.provider_of("clip_by_norm") != provider:
        return None
    clipping: Clipping = backend.function("clip_by_norm")
    return clipping


def initialise_weights(
    backend: Backend, written: str, model: Model, rng: np.random.Generator, dtype: str
) -> None:
    """Draw all weights of `model` by the initializer `written`; biases stay.

    A weight is an array of two axes or more. Its last axis is the fan-out, and the product of the
    others the fan-in: the gates of a recurrent layer and the filters of a convolution are one
    matrix.

    Args:
        backend: offers the initializer.
        written: its name and arguments, see `parse_named`.
        model: the model to train.
        rng: draws the weights.
        dtype: the floating-point type of the weights.

    Raises:
        UsageError: it is unknown, takes other arguments, or returns another shape.
    """
    called, arguments = parse_named(written)
    draw, arrays = backend.function(called, "initializer"), backend.arrays
    try:
        inspect.signature(draw).bind(1, 1, rng=rng, **arguments)
    except TypeError as error:
        raise UsageError(f"the initializer {written} cannot be called: {error}") from error
    for name, weight in model.parameters.items():
        *inputs, fan_out = shape = tuple(weight.shape)
        if not inputs:
            continue
        fan_in = math.prod(inputs)
        with backend.in_force():
            drawn = arrays.to_numpy(arrays.asarray(draw(fan_in, fan_out, rng=rng, **arguments)))
        if drawn.shape != (fan_in, fan_out):
            raise UsageError(
                f"the initializer {written} returned the shape {drawn.shape} for '{name}', "
                f"expected {(fan_in, fan_out)}"
            )
        arrays.assign(model.parameters, name, drawn.reshape(shape).astype(dtype))


def fitted_transform(backend: Backend, written: str, x: Array) -> Callable[[Array], Array]:
    """Return the transform `written` with the statistics of the training inputs `x: (N, D)`.

    Returns:
        a function from inputs `(M, D)` to transformed ones `(M, D')`, on NumPy's arrays.

    Raises:
        UsageError: it is unknown, or does not take these arguments.
        NotImplementedError: it is not written yet.
    """
    transform, arrays = build_named(backend, "transform", written), backend.arrays

    def apply(inputs: Array) -> Array:
        with backend.in_force():
            return arrays.to_numpy(transform.apply(arrays.from_numpy(inputs)))

    with backend.in_force():
        transform.fit(arrays.from_numpy(x))
    return apply
