"""Times of gradients: with vectors or single elements, with reused errors or without.

Source: CS224n notes part III, section 1.6.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from plugins.lectures.experiments.experiment import (
    Findings,
    Setting,
    faster,
    timed_in_turns,
)

#: A window of 5 words of 20 numbers, and the hidden units of the window scorer.
INPUTS, HIDDEN = 100, 50
#: Calls of a run.
CALLS = 20
#: The layers of the deep network, their units, and the windows of a batch.
LAYERS, UNITS, BATCH = 16, 64, 32


def run(setting: Setting) -> Findings:
    """Time both forms of the gradient of one window, and both orders of a deep network."""
    rng = np.random.default_rng(setting.seed)
    forms = timed_in_turns(setting, _forms(setting, rng), calls=CALLS)
    orders = timed_in_turns(setting, _orders(setting, rng), calls=CALLS)
    return Findings(
        (*forms, *orders),
        (
            faster("Gradients in vectors are faster than element by element.", *forms),
            faster(
                "An error that is used again for the layer below makes backpropagation cheap.",
                *orders,
            ),
        ),
    )


def _forms(setting: Setting, rng: np.random.Generator) -> dict[str, Callable[[], object]]:
    """Return the two forms of the gradients of s = Uᵀ σ(W x + b), for one window."""
    model = setting.backend.build("window_scorer", INPUTS, HIDDEN, rng=rng, kind="model")
    arrays, x = setting.backend.arrays, rng.normal(size=INPUTS)
    W, b, U = (arrays.to_numpy(model.parameters[name]).tolist() for name in ("W", "b", "U"))
    window, upstream = arrays.from_numpy(x[None]), arrays.from_numpy(np.ones(1))

    def vectors() -> object:
        model.forward(window)
        return model.backward(upstream)

    return {
        "in vectors": vectors,
        "element by element": lambda: gradients_by_elements(x.tolist(), W, b, U),
    }


def gradients_by_elements(
    x: Sequence[float], W: Sequence[Sequence[float]], b: Sequence[float], U: Sequence[float]
) -> tuple[list[list[float]], list[float], list[float], list[float]]:
    """Return the gradients of s = Uᵀ σ(W x + b), computed element by element.

    Args:
        x: `(D,)`.
        W: `(D, H)`.
        b: `(H,)`.
        U: `(H,)`.

    Returns:
        the gradients of W, b, U and x.
    """
    inputs, units = range(len(x)), range(len(b))
    sums = [sum(x[j] * W[j][i] for j in inputs) + b[i] for i in units]
    values = [1 / (1 + math.exp(-z)) for z in sums]
    errors = [a * (1 - a) * u for a, u in zip(values, U, strict=True)]
    of_weights = [[x[j] * error for error in errors] for j in inputs]
    of_inputs = [sum(errors[i] * W[j][i] for i in units) for j in inputs]
    return of_weights, errors, values, of_inputs


def _orders(setting: Setting, rng: np.random.Generator) -> dict[str, Callable[[], object]]:
    """Return the ways to the gradients of a deep network: one pass, or one for each layer."""
    build, arrays = setting.backend.build, setting.backend.arrays
    layers: list[Any] = []
    for _ in range(LAYERS):
        layers.append(build("affine", UNITS, UNITS, rng=rng, kind="model"))
        layers.append(build("tanh", kind="model"))
    x = arrays.from_numpy(rng.normal(size=(BATCH, UNITS)))
    upstream = arrays.from_numpy(np.ones((BATCH, UNITS)))

    def passes(ends: Sequence[int]) -> Callable[[], None]:
        """Return forward, and a way back from the top to each of `ends`."""

        def forward_and_backward() -> None:
            _forward(layers, x)
            for end in ends:
                _back_to(layers[end:], upstream)

        return forward_and_backward

    return {
        f"errors used again ({LAYERS} layers)": passes([0]),
        f"errors from the top ({LAYERS * (LAYERS + 1) // 2} layers)": passes(
            range(0, len(layers), 2)
        ),
    }


def _forward(layers: Sequence[Any], x: Any) -> None:
    for layer in layers:
        x = layer.forward(x)


def _back_to(layers: Sequence[Any], upstream: Any) -> None:
    """Send the error from the top through `layers`, which are those above the wanted one."""
    for layer in reversed(layers):
        upstream = layer.backward(upstream)
