"""AdaDelta on torch tensors, on all parameters at once.

Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012), algorithm 1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from plugins.torch_backend.neural_networks.optimizers import (
    Parameters,
    TorchOptimizer,
    averaged_squares,
    remembered,
)


class AdaDelta(TorchOptimizer):
    """Steps of the size of recent steps, relative to recent gradients, for each entry.

    c ← ρ c + (1 − ρ) g²
    Δ = √(d + ε) / √(c + ε) · g
    d ← ρ d + (1 − ρ) Δ²
    x ← x − α Δ

    Args:
        learning_rate: α, 1 in the paper.
        decay: ρ, the part of both averages that is left after one step.
        epsilon: ε, inside the roots; it makes the first steps possible.
    """

    def __init__(
        self, learning_rate: float = 1.0, decay: float = 0.95, epsilon: float = 1e-6
    ) -> None:
        super().__init__(learning_rate)
        self.decay, self.epsilon = decay, epsilon
        self.squared_gradients: Parameters = {}
        self.squared_steps: Parameters = {}

    def update(self, parameters: Parameters, g: list[Tensor]) -> None:
        """Take one step, scaled by the size of recent steps."""
        c = averaged_squares(self.squared_gradients, parameters, g, self.decay)
        memory = remembered(self.squared_steps, parameters)
        delta = list(torch._foreach_add(memory, self.epsilon))
        torch._foreach_div_(delta, torch._foreach_add(c, self.epsilon))
        torch._foreach_sqrt_(delta)
        torch._foreach_mul_(delta, g)
        averaged_squares(self.squared_steps, parameters, delta, self.decay)
        torch._foreach_add_(list(parameters.values()), delta, alpha=-self.learning_rate)
