"""Optimizers: update parameters, given their gradients.

In every formula x is one parameter array, g its gradient, α the learning rate. `step` changes the
arrays **in place**, so that the model which holds them sees the change. It does not change the
gradients. It keeps its state under the parameter's name, so that parameters do not share a state.
Before the first step the state is 0.

Source: CS224n notes part III, sections 2.7 to 2.9 (misprints corrected, see README.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Optimizer, Parameters


class SGD(Optimizer):
    """Stochastic gradient descent: x ← x − α g.

    Args:
        learning_rate: α.
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters` in place, with the gradient of the same name."""
        # TODO: your code here
        raise NotImplementedError


class Momentum(Optimizer):
    """SGD with momentum: v ← μ v − α g, then x ← x + v.

    Args:
        learning_rate: α.
        mu: μ, the factor that reduces the velocity in each step.
    """

    def __init__(self, learning_rate: float, mu: float = 0.9) -> None:
        self.learning_rate = learning_rate
        self.mu = mu
        self.v: Parameters = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters` in place; `self.v[name]` is the velocity of `name`."""
        # TODO: your code here
        raise NotImplementedError


class AdaGrad(Optimizer):
    """SGD with a falling rate for each entry: c ← c + g², then x ← x − α g / √(c + ε).

    Args:
        learning_rate: α.
        epsilon: ε, inside the root.

    Source: Duchi, Hazan and Singer 2011; notes part III, section 2.9.
    """

    def __init__(self, learning_rate: float, epsilon: float = 1e-8) -> None:
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        self.cache: Parameters = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters` in place; `self.cache[name]` is its sum of squares."""
        # TODO: your code here
        raise NotImplementedError


class RMSProp(Optimizer):
    """AdaGrad with a moving average: c ← ρ c + (1 − ρ) g², then x ← x − α g / (√c + ε).

    Args:
        learning_rate: α.
        decay: ρ, the factor that reduces the old cache in each step.
        epsilon: ε, outside the root.

    Source: Tieleman and Hinton 2012; notes part III, section 2.9.
    """

    def __init__(self, learning_rate: float, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon
        self.cache: Parameters = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update each array of `parameters` in place; `self.cache[name]` is its mean square."""
        # TODO: your code here
        raise NotImplementedError


class Adam(Optimizer):
    """RMSProp with momentum, where t = 1, 2, ... counts the steps of this parameter.

    m ← β1 m + (1 − β1) g       m̂ = m / (1 − β1ᵗ)
    v ← β2 v + (1 − β2) g²      v̂ = v / (1 − β2ᵗ)
    x ← x − α m̂ / (√v̂ + ε)

    Args:
        learning_rate: α.
        beta1: β1, decay rate of the average gradient m.
        beta2: β2, decay rate of the average square v.
        epsilon: ε, outside the root.
        bias_correction: if False, m̂ = m and v̂ = v, as in the notes.

    Source: Kingma and Ba 2015, algorithm 1; notes part III, section 2.9.
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
        """Update each array of `parameters` in place; m, v and t are kept per name."""
        # TODO: your code here
        raise NotImplementedError
