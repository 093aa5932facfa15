"""Learning rates that change: plain numbers, for the optimizers of any backend; and a descent.

Source: CS224n notes part III, section 2.7.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from framework.arrays import current_arrays
from framework.interfaces import Schedule


class _Decay(Schedule):
    """A start rate α₀ that decreases with the step t by a factor."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = _positive("learning_rate", learning_rate)

    def rate(self, step: int) -> float:
        """α(t) = α₀ · factor(t).

        Raises:
            ValueError: `step` is negative.
        """
        if not step >= 0:
            raise ValueError(f"step is at least 0, but got {step}")
        return self.learning_rate * self._at(step)

    def _at(self, step: int) -> float:
        """Return the factor at `step`."""
        raise NotImplementedError


class StepDecay(_Decay):
    """α(t) = α₀ x^⌊t / n⌋."""

    def __init__(self, learning_rate: float, factor: float, every: int) -> None:
        super().__init__(learning_rate)
        if not (0 < factor <= 1 and every >= 1):
            raise ValueError(f"0 < factor ≤ 1 ≤ every, but got {factor} and {every}")
        self.factor, self.every = factor, every

    def _at(self, step: int) -> float:
        return float(self.factor ** (step // self.every))


class ExponentialDecay(_Decay):
    """α(t) = α₀ exp(−k t)."""

    def __init__(self, learning_rate: float, decay: float) -> None:
        super().__init__(learning_rate)
        if not decay >= 0:
            raise ValueError(f"decay is at least 0, but got {decay}")
        self.decay = decay

    def _at(self, step: int) -> float:
        return math.exp(-self.decay * step)


class InverseDecay(_Decay):
    """α(t) = α₀ τ / max(t, τ)."""

    def __init__(self, learning_rate: float, tau: float) -> None:
        super().__init__(learning_rate)
        self.tau = _positive("tau", tau)

    def _at(self, step: int) -> float:
        return min(1.0, self.tau / step) if step else 1.0


def fan_in_rate(learning_rate: float, fan_in: int) -> float:
    """α / √fan_in, for the weights of units with `fan_in` inputs.

    Raises:
        ValueError: an argument is outside its range.
    """
    if not fan_in >= 1:
        raise ValueError(f"fan_in is at least 1, but got {fan_in}")
    return float(_positive("learning_rate", learning_rate) / math.sqrt(fan_in))


def _positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name} is positive, but got {value}")
    return value


def gradient_descent(
    gradient: Callable[[Any], Any], start: Any, schedule: Schedule, steps: int
) -> Any:
    """θ_{t+1} = θ_t − α(t) ∇J(θ_t): the path `(steps + 1, n)`."""
    arrays = current_arrays()
    path = [arrays.asarray(start)]
    for t in range(steps):
        path.append(path[-1] - schedule.rate(t) * arrays.asarray(gradient(path[-1])))
    return arrays.namespace.stack(path)
