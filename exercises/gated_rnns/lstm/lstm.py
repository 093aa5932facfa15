"""Long short-term memory: one step, and the loop over time (CS224n lecture 7, 3.1 to 3.5)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

State = tuple[Array, Array]


class LSTMStep(Model):
    """One step: the gates, then cₜ and hₜ. It keeps nothing from call to call."""

    def __init__(self) -> None:
        super().__init__()
        self.sigmoid = part("sigmoid_function")  # your function of the exercise neuron

    def forward(
        self, from_input: Array, h: Array, c: Array, W_h: Array
    ) -> tuple[Array, Array, Array]:
        """Return hₜ and cₜ, each `(N, H)`, and the gates i, f, o, g side by side, `(N, 4H)`.

        Args:
            from_input: xₜ W_x + b `(N, 4H)`, blocks in the order i, f, o, g. Not modified.
            h, c: hₜ₋₁ and cₜ₋₁, each `(N, H)`. Not modified.
            W_h: `(H, 4H)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def backward(
        self, grad_h: Array, grad_c: Array, c: Array, c_next: Array, gates: Array, W_h: Array
    ) -> tuple[Array, Array, Array]:
        """Return ∂J/∂aₜ `(N, 4H)`, blocks in the same order, ∂J/∂hₜ₋₁ and ∂J/∂cₜ₋₁, each `(N, H)`.

        Args:
            grad_h: ∂J/∂hₜ `(N, H)`. Not modified.
            grad_c: ∂J/∂cₜ `(N, H)`, without the part that goes through hₜ. Not modified.
            c, c_next: cₜ₋₁ and cₜ.
            gates: what `forward` returned.
        """
        # TODO: your code here
        raise NotImplementedError


class LSTM(Model):
    """The layer hₜ = o ∘ tanh(cₜ), with cₜ = f ∘ cₜ₋₁ + i ∘ g.

    Args:
        input_size, hidden_size: D, the size of xₜ, and H, that of hₜ and cₜ.
        forget_bias: the initial bias of f. The other biases start at 0.
    """

    state: State

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float = 1.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.step = LSTMStep()
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 4 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 4 * H)))
        self.add_parameter("b", np.zeros(4 * H))
        # TODO: let the bias of f start at forget_bias; leave the others at 0
        raise NotImplementedError

    def initial_state(self, batch_size: int) -> State:
        """Given: return the state before the first step, two arrays of zeros `(batch_size, H)`."""
        shape, dtype = (batch_size, self.hidden_size), self.parameters["b"].dtype
        return np.zeros(shape, dtype), np.zeros(shape, dtype)

    def forward(self, x: Array, state: State | None = None, mask: Array | None = None) -> Array:
        """Return h₁ ... h_T as a new array `(N, T, H)`, and keep h_T and c_T in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1. Not modified.
            state: h₀ and c₀, each `(N, H)`; zeros if None. Not modified.
            mask: `(N, T)`, False where there is no word: h and c stay. None: words everywhere.

        Raises: ValueError if the last axis of `x` is not D.
        """
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        # TODO: compute the states one by one, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, State]:
        """Add all gradients for `grad_h: (N, T, H)`; return those of x, and of h₀ and c₀."""
        # TODO: go back step by step; add the weights' gradients; return the inputs'
        raise NotImplementedError
