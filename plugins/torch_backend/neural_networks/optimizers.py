"""The optimizers of notes III, sections 2.7 to 2.9, on all parameters at once.

Written out because those of `torch.optim` follow other conventions: their momentum leaves the
learning rate out of the velocity, and their AdaGrad has epsilon outside the root.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


class TorchOptimizer(ABC):
    """An optimizer that updates tensors in place and keeps a state per parameter name."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    @torch.no_grad()
    def step(self, parameters: Parameters, gradients: Mapping[str, Tensor]) -> None:
        """Update every tensor of `parameters` in place with the gradient of the same name."""
        if parameters:  # torch's operations on lists refuse empty ones
            self.update(parameters, [gradients[name] for name in parameters])

    @abstractmethod
    def update(self, parameters: Parameters, g: list[Tensor]) -> None:
        """Update `parameters`, at least one, given their gradients in order."""


class SGD(TorchOptimizer):
    """Stochastic gradient descent: x ← x − α g."""

    def update(self, parameters: Parameters, g: list[Tensor]) -> None:
        """Take one step of gradient descent."""
        torch._foreach_add_(list(parameters.values()), g, alpha=-self.learning_rate)


class Momentum(TorchOptimizer):
    """v ← μ v − α g, then x ← x + v."""

    def __init__(self, learning_rate: float, mu: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.mu = mu
        self.v: Parameters = {}

    def update(self, parameters: Parameters, g: list[Tensor]) -> None:
        """Take one step with the velocity."""
        v = remembered(self.v, parameters)
        torch._foreach_mul_(v, self.mu)
        torch._foreach_add_(v, g, alpha=-self.learning_rate)
        torch._foreach_add_(list(parameters.values()), v)


class AdaGrad(TorchOptimizer):
    """c ← c + g², then x ← x − α g / √(c + ε).

    Source: Duchi, Hazan and Singer 2011; notes part III, section 2.9.
    """

    def __init__(self, learning_rate: float, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.epsilon = epsilon
        self.cache: Parameters = {}

    def update(self, parameters: Parameters, g: list[Tensor]) -> None:
        """Take one step, shorter if the gradients so far were large."""
        cache = remembered(self.cache, parameters)
        torch._foreach_addcmul_(cache, g, g)
        root = torch._foreach_add(cache, self.epsilon)
        torch._foreach_sqrt_(root)
        torch._foreach_addcdiv_(list(parameters.values()), g, root, value=-self.learning_rate)


class RMSProp(TorchOptimizer):
    """c ← ρ c + (1 − ρ) g², then x ← x − α g / (√c + ε).

    Source: Tieleman and Hinton 2012; notes part III, section 2.9.
    """

    def __init__(self, learning_rate: float, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.decay, self.epsilon = decay, epsilon
        self.cache: Parameters = {}

    def update(self, parameters: Parameters, g: list[Tensor]) -> None:
        """Take one step, shorter if recent gradients were large."""
        root = torch._foreach_sqrt(averaged_squares(self.cache, parameters, g, self.decay))
        torch._foreach_add_(root, self.epsilon)
        torch._foreach_addcdiv_(list(parameters.values()), g, root, value=-self.learning_rate)


class Adam(TorchOptimizer):
    """RMSProp with momentum, where t = 1, 2, ... counts the steps of this parameter.

    m ← β1 m + (1 − β1) g       m̂ = m / (1 − β1ᵗ)
    v ← β2 v + (1 − β2) g²      v̂ = v / (1 − β2ᵗ)
    x ← x − α m̂ / (√v̂ + ε)

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
        super().__init__(learning_rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.bias_correction = bias_correction
        self.m: Parameters = {}
        self.v: Parameters = {}
        self.t: dict[str, int] = {}

    def update(self, parameters: Parameters, g: list[Tensor]) -> None:
        """Take one step with the mean gradient over the root of the mean square."""
        m = remembered(self.m, parameters)
        for name in parameters:
            self.t[name] = self.t.get(name, 0) + 1
        torch._foreach_lerp_(m, g, 1 - self.beta1)
        v = averaged_squares(self.v, parameters, g, self.beta2)
        # α m̂ / (√v̂ + ε) = (α c₂/c₁) m / (√v + ε c₂) with c₁ = 1 − β₁ᵗ, c₂ = √(1 − β₂ᵗ): the
        # corrections become numbers, and neither m̂ nor v̂ is written to memory.
        c1 = self._corrections(self.beta1, parameters)
        c2 = [c**0.5 for c in self._corrections(self.beta2, parameters)]
        root = torch._foreach_sqrt(v)
        torch._foreach_add_(root, [self.epsilon * c for c in c2])
        steps = [-self.learning_rate * second / first for first, second in zip(c1, c2, strict=True)]
        torch._foreach_addcdiv_(list(parameters.values()), m, root, steps)

    def _corrections(self, beta: float, names: Parameters) -> list[float]:
        """1 − βᵗ for each parameter, or 1 without bias correction."""
        return [1 - beta ** self.t[name] if self.bias_correction else 1.0 for name in names]


def averaged_squares(
    memory: Parameters, parameters: Parameters, values: list[Tensor], decay: float
) -> list[Tensor]:
    """Update and return the running averages of squares in `memory`: ρ c + (1 − ρ) v²."""
    averages = remembered(memory, parameters)
    torch._foreach_mul_(averages, decay)
    torch._foreach_addcmul_(averages, values, values, value=1 - decay)
    return averages


def remembered(memory: Parameters, parameters: Parameters) -> list[Tensor]:
    """Return the state in `memory` of each parameter, in order; 0 before the first step."""
    for name, x in parameters.items():
        if name not in memory:
            memory[name] = torch.zeros_like(x, requires_grad=False)
    return [memory[name] for name in parameters]
