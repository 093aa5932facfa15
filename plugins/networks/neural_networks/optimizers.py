"""Optimizers for all arrays: in place, or by new arrays where they cannot be changed in place.

Source: CS224n notes part III, sections 2.7 to 2.9.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from framework.interfaces import Optimizer, Parameters


class _Descent(Optimizer):
    """x ← x − Δ, where a subclass computes Δ from the gradient of x and from its memory of x."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: Parameters, gradients: Mapping[str, Any]) -> None:
        """Update each array of `parameters` with the gradient of the same name."""
        for name in parameters:
            parameters[name] -= self._decrease(name, gradients[name])

    @abstractmethod
    def _decrease(self, name: str, g: Any) -> Any:
        """Return Δ for the parameter `name` with the gradient `g`."""


class SGD(_Descent):
    """Δ = α g."""

    def _decrease(self, name: str, g: Any) -> Any:
        return self.learning_rate * g


class Momentum(_Descent):
    """v ← μ v − α g; Δ = −v."""

    def __init__(self, learning_rate: float, mu: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.mu = mu
        self.v: dict[str, Any] = {}

    def _decrease(self, name: str, g: Any) -> Any:
        self.v[name] = self.mu * self.v.get(name, 0.0) - self.learning_rate * g
        return -self.v[name]


class AdaGrad(_Descent):
    """c ← c + g²; Δ = α g / √(c + ε).

    Source: Duchi, Hazan and Singer 2011.
    """

    def __init__(self, learning_rate: float, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.epsilon = epsilon
        self.cache: dict[str, Any] = {}

    def _decrease(self, name: str, g: Any) -> Any:
        self.cache[name] = self.cache.get(name, 0.0) + g * g
        return self.learning_rate * g / (self.cache[name] + self.epsilon) ** 0.5


class RMSProp(_Descent):
    """c ← ρ c + (1 − ρ) g²; Δ = α g / (√c + ε).

    Source: Tieleman and Hinton 2012.
    """

    def __init__(self, learning_rate: float, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.decay, self.epsilon = decay, epsilon
        self.cache: dict[str, Any] = {}

    def _decrease(self, name: str, g: Any) -> Any:
        self.cache[name] = self.decay * self.cache.get(name, 0.0) + (1 - self.decay) * (g * g)
        return self.learning_rate * g / (self.cache[name] ** 0.5 + self.epsilon)


class Adam(_Descent):
    """m ← β1 m + (1 − β1) g, v ← β2 v + (1 − β2) g²; Δ = α m̂ / (√v̂ + ε) after t steps.

    m̂ = m / (1 − β1ᵗ) and v̂ = v / (1 − β2ᵗ); without bias correction m and v.

    Source: Kingma and Ba 2015, algorithm 1.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        bias_correction: bool = True,
    ) -> None:
        super().__init__(learning_rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.bias_correction = bias_correction
        self.m: dict[str, Any] = {}
        self.v: dict[str, Any] = {}
        self.t: dict[str, int] = {}

    def _decrease(self, name: str, g: Any) -> Any:
        self.t[name] = t = self.t.get(name, 0) + 1
        self.m[name] = m = self.beta1 * self.m.get(name, 0.0) + (1 - self.beta1) * g
        self.v[name] = v = self.beta2 * self.v.get(name, 0.0) + (1 - self.beta2) * (g * g)
        if self.bias_correction:
            m, v = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return self.learning_rate * m / (v**0.5 + self.epsilon)
