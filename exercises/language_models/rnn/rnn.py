"""A recurrent layer: one step, and the loop over time (CS224n lecture 6, 2.1 to 2.10)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


class RNNStep(Model):
    """One step, hₜ = tanh(aₜ), aₜ = from_input + hₜ₋₁ W_h. It keeps nothing from call to call."""

    def forward(self, from_input: Array, h: Array, W_h: Array) -> Array:
        """Return the next state hₜ `(N, H)`.

        Args:
            from_input: xₜ W_x + b, the part of aₜ that comes from the input, `(N, H)`.
            h: the state before the step, hₜ₋₁ `(N, H)`. Not modified.
            W_h: `(H, H)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_h: Array, h: Array, W_h: Array) -> tuple[Array, Array]:
        """Return ∂J/∂aₜ and ∂J/∂hₜ₋₁, each `(N, H)`.

        Args:
            grad_h: ∂J/∂hₜ `(N, H)`. Not modified.
            h: what `forward` returned, hₜ `(N, H)`.
        """
        # TODO: your code here
        raise NotImplementedError


class RNN(Model):
    """The simple recurrent layer, hₜ = tanh(xₜ W_x + b + hₜ₋₁ W_h).

    Args:
        input_size, hidden_size: D and H, the sizes of xₜ and hₜ.
        truncation: number of steps that a gradient stays within; None: all.

    Raises: ValueError if `truncation` is less than 1.
    """

    state: Array

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        truncation: int | None = None,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if truncation is not None and truncation < 1:
            raise ValueError(f"truncation is a number of steps, at least 1, but got {truncation}")
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size, self.truncation = D, H, truncation
        self.step = RNNStep()
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, H)))
        self.add_parameter("b", np.zeros(H))

    def initial_state(self, batch_size: int) -> Array:
        """Given: return the state before the first step, zeros `(batch_size, H)`."""
        return np.zeros((batch_size, self.hidden_size), self.parameters["b"].dtype)

    def forward(self, x: Array, h_0: Array | None = None, mask: Array | None = None) -> Array:
        """Return all states h₁ ... h_T as a new array `(N, T, H)`, and keep h_T in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1. Not modified.
            h_0: the state before the first step, `(N, H)`; zeros if None. Not modified.
            mask: `(N, T)`, False at padding, where hₜ = hₜ₋₁. None: there is no padding.

        Raises: ValueError if the last axis of `x` is not D.
        """
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        # TODO: compute the states one by one, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        """Add the gradients of the parameters; return grad_x `(N, T, D)` and grad_h_0 `(N, H)`.

        Args:
            grad_h: ∂J/∂hₜ of every step, without what comes from later states. Not modified.
        """
        # TODO: go back step by step, add the gradients of the weights, return the others
        raise NotImplementedError
