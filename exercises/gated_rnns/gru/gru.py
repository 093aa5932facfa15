"""Gated recurrent units: a recurrent layer with one state, an update gate and a reset gate.

Source: CS224n lecture 7, section 4.1; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class GRU(Model):
    """The layer h_t = (1 − u) ∘ h_{t−1} + u ∘ h̃.

    The gates u, r and the new content h̃ stand side by side, in this order, in the last axis of the
    weights: columns 0 ... H−1 belong to u, H ... 2H−1 to r, 2H ... 3H−1 to h̃.

    Args:
        input_size: D, the number of features of one x_t.
        hidden_size: H, the size of h_t.
        reset_after: multiply by r after the product h_{t−1} W_hh + b_h, instead of multiplying
            h_{t−1} before it. Fast kernels compute this form.
        rng: draws the initial weights.

    Parameters:
        W_x `(D, 3H)`, W_h `(H, 3H)`, b `(3H,)`; with `reset_after` also b_h `(H,)`.

    Attributes:
        state: h after the last step that `forward` read, `(N, H)`.
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
        self.sigmoid = part("sigmoid_function")  # your function of the exercise neuron
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size, self.reset_after = D, H, reset_after
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 3 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 3 * H)))
        self.add_parameter("b", np.zeros(3 * H))
        if reset_after:
            self.add_parameter("b_h", np.zeros(H))

    def initial_state(self, batch_size: int) -> Array:
        """Given: the state before the first step, zeros `(batch_size, H)`."""
        return np.zeros((batch_size, self.hidden_size), self.parameters["b"].dtype)

    def forward(self, x: Array, state: Array | None = None, mask: Array | None = None) -> Array:
        """Return the states of all steps; for t = 1 ... T, with W_x = [W_xu W_xr W_xh] and so on:

            u = σ(x_t W_xu + h_{t−1} W_hu + b_u)      r = σ(x_t W_xr + h_{t−1} W_hr + b_r)
            h̃ = tanh(x_t W_xh + (r ∘ h_{t−1}) W_hh + b_c)
            h̃ = tanh(x_t W_xh + r ∘ (h_{t−1} W_hh + b_h) + b_c)       with `reset_after`
            h_t = (1 − u) ∘ h_{t−1} + u ∘ h̃

        where b = [b_u b_r b_c]. Where a sequence has no word, h_t = h_{t−1}. Keeps the last h in
        `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: h_0, `(N, H)`; zeros if None.
            mask: `(N, T)`, False where a sequence has no word at that step; None: words everywhere.

        Returns:
            h: `(N, T, H)`; h[:, 0] is h_1. A new array, and all arguments unchanged.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        # TODO: compute the states one by one, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        """Compute all gradients by backpropagation through time.

        ∂v is the gradient of the scalar J with respect to v. At each step:

            ∂u = ∂h_t ∘ (h̃ − h_{t−1})      ∂h̃ = ∂h_t ∘ u      ∂a_h = ∂h̃ ∘ (1 − h̃²)
            reset before:   ∂(r ∘ h_{t−1}) = ∂a_h W_hhᵀ               ∂r = ∂(r ∘ h_{t−1}) ∘ h_{t−1}
            reset after:    ∂(h_{t−1} W_hh + b_h) = ∂a_h ∘ r      ∂r = ∂a_h ∘ (h_{t−1} W_hh + b_h)

        h_{t−1} is used four times: by u, by r, by h̃, and by (1 − u) ∘ h_{t−1}. Where a sequence
        has no word, ∂h_t goes on to step t − 1 unchanged.

        Args:
            grad_h: the gradient of the output h, `(N, T, H)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, and the gradient of h_0 `(N, H)`.
        """
        # TODO: go back step by step; add the weights' gradients; return the inputs'
        raise NotImplementedError
