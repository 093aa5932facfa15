"""Optimizers: update parameters, given their gradients.

x is one parameter array, g its gradient, α the learning rate. `step` changes the arrays **in
place**, not the gradients. The state is kept under the parameter's name, and starts at 0.

Source: CS224n notes part III, sections 2.7 to 2.9 (misprints: docs/lectures.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Optimizer, Parameters


class SGD(Optimizer):
    """Stochastic gradient descent: x ← x − α g."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters`, with the gradient of the same name."""
        # BEGIN SOLUTION
        for name, x in parameters.items():
            x -= self.learning_rate * gradients[name]
        # END SOLUTION


class Momentum(Optimizer):
    """SGD with momentum: v ← μ v − α g, then x ← x + v."""

    def __init__(self, learning_rate: float, mu: float = 0.9) -> None:
        self.learning_rate = learning_rate
        self.mu = mu
        self.v: Parameters = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters`; `self.v[name]` is the velocity of `name`."""
        # BEGIN SOLUTION
        for name, x in parameters.items():
            v = self.mu * self.v.get(name, 0.0) - self.learning_rate * gradients[name]
            self.v[name] = v
            x += v
        # END SOLUTION


class AdaGrad(Optimizer):
    """SGD with a falling rate for each entry: c ← c + g², then x ← x − α g / √(c + ε)."""

    def __init__(self, learning_rate: float, epsilon: float = 1e-8) -> None:
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        self.cache: Parameters = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters`; `self.cache[name]` is its sum of squares."""
        # BEGIN SOLUTION
        for name, x in parameters.items():
            g = gradients[name]
            cache = self.cache.get(name, 0.0) + g**2
            self.cache[name] = cache
            x -= self.learning_rate * g / np.sqrt(cache + self.epsilon)
        # END SOLUTION


class RMSProp(Optimizer):
    """AdaGrad with a moving average: c ← ρ c + (1 − ρ) g², then x ← x − α g / (√c + ε)."""

    def __init__(self, learning_rate: float, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon
        self.cache: Parameters = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters`; `self.cache[name]` is its mean square."""
        # BEGIN SOLUTION
        for name, x in parameters.items():
            g = gradients[name]
            cache = self.decay * self.cache.get(name, 0.0) + (1.0 - self.decay) * g**2
            self.cache[name] = cache
            x -= self.learning_rate * g / (np.sqrt(cache) + self.epsilon)
        # END SOLUTION


class Adam(Optimizer):
    """RMSProp with momentum, where t = 1, 2, ... counts the steps of this parameter.

    m ← β1 m + (1 − β1) g       m̂ = m / (1 − β1ᵗ)
    v ← β2 v + (1 − β2) g²      v̂ = v / (1 − β2ᵗ)
    x ← x − α m̂ / (√v̂ + ε)       without `bias_correction`: m̂ = m and v̂ = v
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        bias_correction: bool = True,
    ) -> None:
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.bias_correction = bias_correction
        self.m: Parameters = {}
        self.v: Parameters = {}
        self.t: dict[str, int] = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters`; m, v and t are kept per name."""
        # BEGIN SOLUTION
        for name, x in parameters.items():
            g = gradients[name]
            m = self.beta1 * self.m.get(name, 0.0) + (1.0 - self.beta1) * g
            v = self.beta2 * self.v.get(name, 0.0) + (1.0 - self.beta2) * g**2
            t = self.t.get(name, 0) + 1
            self.m[name], self.v[name], self.t[name] = m, v, t
            if self.bias_correction:
                m = m / (1.0 - self.beta1**t)
                v = v / (1.0 - self.beta2**t)
            x -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)
        # END SOLUTION
