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
        # BEGIN SOLUTION
        return np.tanh(from_input + h @ W_h)
        # END SOLUTION

    def backward(self, grad_h: Array, h: Array, W_h: Array) -> tuple[Array, Array]:
        """Return ∂J/∂aₜ and ∂J/∂hₜ₋₁, each `(N, H)`.

        Args:
            grad_h: ∂J/∂hₜ `(N, H)`. Not modified.
            h: what `forward` returned, hₜ `(N, H)`.
        """
        # BEGIN SOLUTION
        grad_a = grad_h * (1 - h**2)  # tanh'(a) = 1 − tanh²(a)
        return grad_a, grad_a @ W_h.T  # entry i of hₜ₋₁ meets row i of W_h
        # END SOLUTION


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
        # BEGIN SOLUTION: compute the states one by one, and keep what backward needs
        N, T, _ = x.shape
        W_h = self.parameters["W_h"]
        from_input = x @ self.parameters["W_x"] + self.parameters["b"]  # all steps in one product
        states = np.empty((N, T + 1, self.hidden_size), from_input.dtype)
        states[:, 0] = 0 if h_0 is None else h_0
        for t in range(T):
            states[:, t + 1] = self.step.forward(from_input[:, t], states[:, t], W_h)
            if mask is not None:
                states[:, t + 1] = np.where(mask[:, t, None], states[:, t + 1], states[:, t])
        self._x, self._mask, self._states = x, mask, states
        self.state = states[:, -1].copy()
        return states[:, 1:].copy()  # the caller may change his copy before he calls backward
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        """Add the gradients of the parameters; return grad_x `(N, T, D)` and grad_h_0 `(N, H)`.

        Args:
            grad_h: ∂J/∂hₜ of every step, without what comes from later states. Not modified.
        """
        # BEGIN SOLUTION: go back step by step, add the gradients of the weights, return the others
        x, h_before, h = self._x, self._states[:, :-1], self._states[:, 1:]
        W_x, W_h, k = self.parameters["W_x"], self.parameters["W_h"], self.truncation
        grad_a = np.empty_like(h)
        from_later = np.zeros_like(h[:, 0])  # nothing comes after the last step
        for t in reversed(range(h.shape[1])):
            grad = grad_h[:, t] + from_later  # hₜ acts directly, and through hₜ₊₁
            grad_a[:, t], from_later = self.step.backward(grad, h[:, t], W_h)
            if self._mask is not None:
                words = self._mask[:, t, None]
                grad_a[:, t] *= words
                from_later = np.where(words, from_later, grad)  # at padding hₜ is hₜ₋₁
            if k is not None and t > 0 and t % k == 0:
                from_later = np.zeros_like(from_later)  # a chunk starts at t
        steps = ([0, 1], [0, 1])  # sum over the batch and over every step at which W was used
        self.gradients["W_x"] += np.tensordot(x, grad_a, axes=steps)
        self.gradients["W_h"] += np.tensordot(h_before, grad_a, axes=steps)
        self.gradients["b"] += grad_a.sum(axis=(0, 1))
        return grad_a @ W_x.T, from_later
        # END SOLUTION
