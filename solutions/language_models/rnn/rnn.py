"""A recurrent layer: the same weights at every step, trained by backpropagation through time.

Source: CS224n lecture 6, sections 2.1 to 2.10; Elman, "Finding Structure in Time" (1990).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


class RNN(Model):
    """The simple recurrent layer, h_t = tanh(x_t W_x + h_{t−1} W_h + b).

    Args:
        input_size: D, the number of features of one x_t.
        hidden_size: H, the size of the state h_t.
        truncation: number of steps per chunk. Gradients flow back within a chunk only, as if each
            chunk were a separate call with the last state as h_0. None: through all steps.
        rng: draws the initial weights.

    Parameters:
        W_x `(D, H)`, W_h `(H, H)`, b `(H,)`.

    Attributes:
        state: h after the last step that `forward` read, `(N, H)`.

    Raises:
        ValueError: `truncation` is less than 1.
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
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, H)))
        self.add_parameter("b", np.zeros(H))

    def initial_state(self, batch_size: int) -> Array:
        """Given: return the state before the first step, zeros `(batch_size, H)`."""
        return np.zeros((batch_size, self.hidden_size), self.parameters["b"].dtype)

    def forward(self, x: Array, h_0: Array | None = None, mask: Array | None = None) -> Array:
        """Read the whole sequence, h_t = tanh(x_t W_x + h_{t−1} W_h + b) for t = 1 ... T.

        At padding h_t = h_{t−1}. Keeps the last state h_T in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            h_0: the state before the first step, `(N, H)`; zeros if None.
            mask: `(N, T)`, False at padding. None: there is no padding.

        Returns:
            h: all states, `(N, T, H)`; h[:, 0] is h_1. It is a new array. Arguments do not change.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        # BEGIN SOLUTION: compute the states one by one, and keep what backward needs
        N, T, D = x.shape
        if self.input_size != D:
            raise ValueError(f"x has {D} features per step, but input_size is {self.input_size}")
        from_input = x @ self.parameters["W_x"] + self.parameters["b"]  # all steps in one product
        states = np.empty((N, T + 1, self.hidden_size), from_input.dtype)
        states[:, 0] = 0 if h_0 is None else h_0
        for t in range(T):
            from_state = states[:, t] @ self.parameters["W_h"]
            states[:, t + 1] = np.tanh(from_input[:, t] + from_state)
            if mask is not None:
                states[:, t + 1] = np.where(mask[:, t, None], states[:, t + 1], states[:, t])
        self._x, self._mask, self._states = x, mask, states
        self.state = states[:, -1].copy()
        return states[:, 1:].copy()  # the caller may change his copy before he calls backward
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        """Compute the gradients by backpropagation through time, from the last step to the first.

        With a_t = x_t W_x + h_{t−1} W_h + b, the argument of tanh, and J the scalar:

            ∂J/∂a_t = (1 − h_t²) ∘ (grad_h_t + ∂J/∂a_{t+1} W_hᵀ)
            ∂J/∂W_h = Σ_t h_{t−1}ᵀ ∂J/∂a_t      ∂J/∂W_x = Σ_t x_tᵀ ∂J/∂a_t      ∂J/∂b = Σ_t ∂J/∂a_t

        The sums are added to `gradients`. With truncation = k no gradient flows from step t to
        step t − 1 (counted from 0) if t > 0 is a multiple of k. At padding ∂J/∂h_t passes to
        step t − 1 unchanged.

        Args:
            grad_h: the direct part of ∂J/∂h_t for every step, `(N, T, H)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, grad_h_0 `(N, H)`.
        """
        # BEGIN SOLUTION: go back step by step, add the gradients of the weights, return the others
        x, h_before, h = self._x, self._states[:, :-1], self._states[:, 1:]
        W_x, W_h, k = self.parameters["W_x"], self.parameters["W_h"], self.truncation
        grad_a = np.empty_like(h)
        from_later = np.zeros_like(h[:, 0])  # nothing comes after the last step
        for t in reversed(range(h.shape[1])):
            grad = grad_h[:, t] + from_later
            grad_a[:, t] = (1 - h[:, t] ** 2) * grad
            if self._mask is not None:
                grad_a[:, t] *= self._mask[:, t, None]
            from_later = grad_a[:, t] @ W_h.T
            if self._mask is not None:
                from_later += np.where(self._mask[:, t, None], 0, grad)
            if k is not None and t > 0 and t % k == 0:
                from_later = np.zeros_like(from_later)  # a chunk starts at t
        steps = ([0, 1], [0, 1])  # sum over the batch and over every step at which W was used
        self.gradients["W_x"] += np.tensordot(x, grad_a, axes=steps)
        self.gradients["W_h"] += np.tensordot(h_before, grad_a, axes=steps)
        self.gradients["b"] += grad_a.sum(axis=(0, 1))
        return grad_a @ W_x.T, from_later
        # END SOLUTION
