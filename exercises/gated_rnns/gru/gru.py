"""Gated recurrent units: one step, and the loop over time (CS224n lecture 7, 4.1 and 4.2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class GRUStep(Model):
    """One step: u, r and h̃, then hₜ. It keeps nothing from call to call."""

    def __init__(self) -> None:
        super().__init__()
        self.sigmoid = part("sigmoid_function")  # your function of the exercise neuron

    def forward(self, from_input: Array, h: Array, W_h: Array) -> tuple[Array, Array]:
        """Return hₜ `(N, H)`, and u, r and the new content h̃ side by side, `(N, 3H)`.

        Args:
            from_input: xₜ W_x + b `(N, 3H)`, blocks in the order u, r, h̃. Not modified.
            h: hₜ₋₁ `(N, H)`. Not modified.
            W_h: `(H, 3H)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_h: Array, h: Array, gates: Array, W_h: Array) -> tuple[Array, Array]:
        """Return ∂J/∂a `(N, 3H)`, a being the arguments of σ, σ and tanh, and ∂J/∂hₜ₋₁ `(N, H)`.

        Args:
            grad_h: ∂J/∂hₜ `(N, H)`. Not modified.
            h, gates: hₜ₋₁, and what `forward` returned.
        """
        # TODO: your code here
        raise NotImplementedError


class ResetAfterStep(Model):
    """Optional: the step in which r multiplies hₜ₋₁ W_hh + b_h, and not hₜ₋₁."""

    def __init__(self) -> None:
        super().__init__()
        self.sigmoid = part("sigmoid_function")

    def forward(self, from_input: Array, h: Array, W_h: Array, b_h: Array) -> tuple[Array, Array]:
        """Return hₜ and the gates, as `GRUStep` does; b_h is `(H,)`."""
        # TODO: your code here
        raise NotImplementedError

    def backward(
        self, grad_h: Array, h: Array, gates: Array, W_h: Array, b_h: Array
    ) -> tuple[Array, Array]:
        """Return ∂J/∂a and ∂J/∂hₜ₋₁, as `GRUStep` does; b_h is `(H,)`."""
        # TODO: your code here
        raise NotImplementedError


class GRU(Model):
    """The layer hₜ = (1 − u) ∘ hₜ₋₁ + u ∘ h̃.

    Args:
        input_size, hidden_size: D, the size of xₜ, and H, that of hₜ.
        reset_after: compute with a `ResetAfterStep` in place of a `GRUStep`; optional.
    """

    state: Array

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        reset_after: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size, self.reset_after = D, H, reset_after
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 3 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 3 * H)))
        self.add_parameter("b", np.zeros(3 * H))
        self.step: Any = ResetAfterStep() if reset_after else GRUStep()
        self.step_weights = ("W_h", "b_h") if reset_after else ("W_h",)  # what a step needs
        if reset_after:
            self.add_parameter("b_h", np.zeros(H))

    def initial_state(self, batch_size: int) -> Array:
        """Given: return the state before the first step, zeros `(batch_size, H)`."""
        return np.zeros((batch_size, self.hidden_size), self.parameters["b"].dtype)

    def forward(self, x: Array, state: Array | None = None, mask: Array | None = None) -> Array:
        """Return h₁ ... h_T as a new array `(N, T, H)`, and keep h_T in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1. Not modified.
            state: h₀ `(N, H)`; zeros if None. Not modified.
            mask: `(N, T)`, False where there is no word: h stays. None: words everywhere.

        Raises: ValueError if the last axis of `x` is not D.
        """
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        # TODO: compute the states one by one, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        """Add all gradients for `grad_h: (N, T, H)`; return those of x and of h₀."""
        # TODO: go back step by step; add the weights' gradients; return the inputs'
        raise NotImplementedError
