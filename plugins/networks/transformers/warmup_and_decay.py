"""Warmup with cosine decay, AdamW, and gradients of micro-batches.

Source: Vaswani et al., "Attention Is All You Need" (2017), section 5.3; Loshchilov and Hutter,
"SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), equation 5, and "Decoupled Weight
Decay Regularization" (2019), algorithm 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from framework.arrays import current_arrays
from framework.interfaces import Loss, Model, Optimizer, Parameters, Schedule
from framework.models.parts import part


class WarmupCosine(Schedule):
    """A line from 0 to α₀ in the first share w, then half a cosine from α₀ to r α₀."""

    def __init__(
        self, learning_rate: float, warmup: float = 0.1, least: float = 0.1, steps: int = 1000
    ) -> None:
        if not (learning_rate > 0 and 0 <= warmup < 1 and 0 <= least <= 1 and steps >= 1):
            raise ValueError(
                "learning_rate > 0, 0 ≤ warmup < 1, 0 ≤ least ≤ 1 and steps ≥ 1 are needed, but "
                f"got {learning_rate}, {warmup}, {least} and {steps}"
            )
        self.learning_rate, self.warmup, self.least = learning_rate, warmup, least
        self.steps = steps

    def rate_at(self, share: float) -> float:
        """Return α(s) at s = `share`.

        Raises:
            ValueError: `share` is not in [0, 1].
        """
        if not 0 <= share <= 1:
            raise ValueError(f"share is in [0, 1], but got {share}")
        if share < self.warmup:
            return self.learning_rate * share / self.warmup
        way = (share - self.warmup) / (1 - self.warmup)
        bottom = self.least * self.learning_rate
        return bottom + (self.learning_rate - bottom) * math.cos(0.5 * math.pi * way) ** 2

    def rate(self, step: int) -> float:
        """Return the rate after `step` of all steps, and the last rate after them.

        Raises:
            ValueError: `step` is negative.
        """
        if not step >= 0:
            raise ValueError(f"step is at least 0, but got {step}")
        return self.rate_at(min(1.0, step / self.steps))


class AdamW(Optimizer):
    """x ← (1 − α λ) x for arrays with two or more axes, then a step of the part ``adam``."""

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        if not weight_decay >= 0:
            raise ValueError(f"weight_decay is at least 0, but got {weight_decay}")
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.adam = part("adam")(learning_rate, beta1, beta2, epsilon)
        self._arrays = current_arrays()

    def step(self, parameters: Parameters, gradients: Mapping[str, Any]) -> None:
        """Update each array of `parameters` with the gradient of the same name."""
        weights = {name: x for name, x in parameters.items() if x.ndim > 1}
        if self.weight_decay and weights:
            factor = -self.learning_rate * self.weight_decay
            self._arrays.add_multiple(parameters, weights, factor)
        self.adam.learning_rate = self.learning_rate
        self.adam.step(parameters, gradients)

    def state(self) -> dict[str, Any]:
        """Return the state of Adam."""
        return Optimizer.state(self.adam)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the result of `state`."""
        Optimizer.restore(self.adam, state)


def accumulate(model: Model, loss: Loss, batches: Sequence[tuple[Any, Any]]) -> float:
    """Compute loss and gradients of one large batch from its micro-batches.

    Raises:
        ValueError: there is no target.
    """
    sizes = [math.prod(targets.shape) for _, targets in batches]
    if not sum(sizes):
        raise ValueError("a target is needed, but there is none")
    model.zero_gradients()
    mean = 0.0
    for (x, targets), size in zip(batches, sizes, strict=True):
        share = size / sum(sizes)
        mean += share * float(loss.forward(model.forward(x), targets))
        model.backward(share * loss.backward())
    return mean
