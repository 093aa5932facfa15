"""The optimizers of notes III, sections 2.7 to 2.9, on all parameters at once.

Written out because those of `torch.optim` follow other conventions: their momentum leaves the
learning rate out of the velocity, and their AdaGrad has epsilon outside the root.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, MutableMapping

import torch
from torch import Tensor

Parameters = MutableMapping[str, Tensor]


class TorchOptimizer(ABC):
    """An optimizer that updates tensors in place and keeps a state per parameter name."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    @torch.no_grad()
    def step(self, parameters: Parameters, gradients: Mapping[str, Tensor]) -> None:
        """Update every tensor of `parameters` in place with the gradient of the same name."""
        if named := dict(parameters.items()):  # torch's operations on lists refuse empty ones
            self.update(named, [gradients[name] for name in named])

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
        m, v = remembered(self.m, parameters), remembered(self.v, parameters)
        x = laid_out(parameters.values(), m)
        torch._fused_adam_(
            x,
            laid_out(g, m),
            m,
            v,
            [],  # no maxima of averages (AMSGrad)
            self._counted(parameters),
            lr=self.learning_rate,
            beta1=self.beta1,
            beta2=self.beta2,
            weight_decay=0.0,
            eps=self.epsilon,
            amsgrad=False,
            maximize=False,
        )
        for own, used in zip(parameters.values(), x, strict=True):
            if own is not used:
                own.copy_(used)

    def _counted(self, parameters: Parameters) -> list[Tensor]:
        """Count this step, and return t for each parameter; ∞ without bias correction: β^∞ = 0."""
        for name in parameters:
            self.t[name] = self.t.get(name, 0) + 1
        counts = [float(self.t[name]) if self.bias_correction else torch.inf for name in parameters]
        device = next(iter(parameters.values())).device
        steps = {t: torch.full((), t, device=device, dtype=torch.float32) for t in set(counts)}
        return [steps[t] for t in counts]


def averaged_squares(
    memory: Parameters, parameters: Parameters, values: list[Tensor], decay: float
) -> list[Tensor]:
    """Update and return the running averages of squares in `memory`: ρ c + (1 − ρ) v²."""
    averages = remembered(memory, parameters)
    torch._foreach_mul_(averages, decay)
    torch._foreach_addcmul_(averages, values, values, value=1 - decay)
    return averages


def remembered(memory: Parameters, parameters: Parameters) -> list[Tensor]:
    """Return the state in `memory` of each parameter, in order; 0 before the first step.

    The state lies in memory as its parameter does, also if it comes from a checkpoint.
    """
    for name, x in parameters.items():
        if name not in memory:
            memory[name] = torch.zeros_like(x, requires_grad=False)
        elif memory[name].stride() != x.stride():
            memory[name] = torch.empty_like(x, requires_grad=False).copy_(memory[name])
    return [memory[name] for name in parameters]


def laid_out(tensors: Iterable[Tensor], others: Iterable[Tensor]) -> list[Tensor]:
    """Return `tensors` with their numbers in the order in memory of those of `others`.

    Fused kernels read the memory of several tensors without regard to their strides.
    """
    return [
        tensor if tensor.stride() == other.stride() else torch.empty_like(other).copy_(tensor)
        for tensor, other in zip(tensors, others, strict=True)
    ]
