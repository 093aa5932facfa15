"""Learning rates that depend on the time or on the layer.

In every formula α₀ is the initial rate and t = 0, 1, 2, ... the number of steps done. Arguments
outside their ranges raise a ValueError.

Source: CS224n notes part III, section 2.7.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from framework.interfaces import Array, Schedule


class StepDecay(Schedule):
    """α(t) = α₀ xᵏ with k = ⌊t / n⌋, α₀ > 0, 0 < x = `factor` ≤ 1, and n = `every` ≥ 1."""

    def __init__(self, learning_rate: float, factor: float, every: int) -> None:
        _check(learning_rate > 0, "learning_rate > 0", learning_rate)
        _check(0 < factor <= 1, "0 < factor ≤ 1", factor)
        _check(every >= 1, "every ≥ 1", every)
        self.learning_rate, self.factor, self.every = learning_rate, factor, every

    def rate(self, step: int) -> float:
        """Return α(t) at t = `step`; a negative step is a ValueError."""
        _check(step >= 0, "step ≥ 0", step)
        # TODO: your code here
        raise NotImplementedError


class ExponentialDecay(Schedule):
    """α(t) = α₀ exp(−k t), with α₀ > 0 and k = `decay` ≥ 0."""

    def __init__(self, learning_rate: float, decay: float) -> None:
        _check(learning_rate > 0, "learning_rate > 0", learning_rate)
        _check(decay >= 0, "decay ≥ 0", decay)
        self.learning_rate, self.decay = learning_rate, decay

    def rate(self, step: int) -> float:
        """Return α(t) at t = `step`; a negative step is a ValueError."""
        _check(step >= 0, "step ≥ 0", step)
        # TODO: your code here
        raise NotImplementedError


class InverseDecay(Schedule):
    """α(t) = α₀ τ / max(t, τ), α₀ > 0 and τ > 0: constant until τ, then falling as 1/t."""

    def __init__(self, learning_rate: float, tau: float) -> None:
        _check(learning_rate > 0, "learning_rate > 0", learning_rate)
        _check(tau > 0, "tau > 0", tau)
        self.learning_rate, self.tau = learning_rate, tau

    def rate(self, step: int) -> float:
        """Return α(t) at t = `step`; a negative step is a ValueError."""
        _check(step >= 0, "step ≥ 0", step)
        # TODO: your code here
        raise NotImplementedError


def fan_in_rate(learning_rate: float, fan_in: int) -> float:
    """Return α / √fan_in, the rate for the weights of a layer whose units have `fan_in` inputs.

    Args:
        learning_rate: α > 0.
        fan_in: a whole number ≥ 1; for W `(in, out)` that is ``W.shape[0]``.
    """
    _check(learning_rate > 0, "learning_rate > 0", learning_rate)
    _check(fan_in >= 1, "fan_in ≥ 1", fan_in)
    # TODO: your code here
    raise NotImplementedError


def gradient_descent(
    gradient: Callable[[Array], Array], start: Array, schedule: Schedule, steps: int
) -> Array:
    """Return the path of θ_{t+1} = θ_t − α(t) ∇J(θ_t), with α(t) from `schedule`.

    Args:
        gradient: ∇J, called once for each step with θ_t `(n,)`.
        start: θ_0 `(n,)` floats. Not modified.

    Returns: θ_0 ... θ_steps, `(steps + 1, n)`.
    """
    # TODO: your code here
    raise NotImplementedError


def _check(holds: bool, wanted: str, received: float) -> None:
    """Given: raise a ValueError for an argument outside its range, NaN included."""
    if not holds:
        raise ValueError(f"{wanted} is needed, but got {received}")
