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
        # BEGIN SOLUTION
        H = h.shape[1]
        gates = self.sigmoid(from_input[:, : 2 * H] + h @ W_h[:, : 2 * H])
        u, r = np.split(gates, 2, axis=1)
        content = np.tanh(from_input[:, 2 * H :] + (r * h) @ W_h[:, 2 * H :])
        return (1 - u) * h + u * content, np.concatenate([gates, content], axis=1)
        # END SOLUTION

    def backward(self, grad_h: Array, h: Array, gates: Array, W_h: Array) -> tuple[Array, Array]:
        """Return ∂J/∂a `(N, 3H)`, a being the arguments of σ, σ and tanh, and ∂J/∂hₜ₋₁ `(N, H)`.

        Args:
            grad_h: ∂J/∂hₜ `(N, H)`. Not modified.
            h, gates: hₜ₋₁, and what `forward` returned.
        """
        # BEGIN SOLUTION
        H = h.shape[1]
        u, r, content = np.split(gates, 3, axis=1)
        grad_content = grad_h * u * (1 - content**2)
        grad_reset = grad_content @ W_h[:, 2 * H :].T  # of r ∘ h
        grad_u = grad_h * (content - h) * u * (1 - u)  # h_next = (1 − u) ∘ h + u ∘ h̃
        grad_gates = np.concatenate([grad_u, grad_reset * h * r * (1 - r)], axis=1)
        # h is used four times: kept by 1 − u, in u and in r, and in r ∘ h
        grad_before = grad_h * (1 - u) + grad_gates @ W_h[:, : 2 * H].T + grad_reset * r
        return np.concatenate([grad_gates, grad_content], axis=1), grad_before
        # END SOLUTION


class ResetAfterStep(Model):
    """Optional: the step in which r multiplies hₜ₋₁ W_hh + b_h, and not hₜ₋₁."""

    def __init__(self) -> None:
        super().__init__()
        self.sigmoid = part("sigmoid_function")

    def forward(self, from_input: Array, h: Array, W_h: Array, b_h: Array) -> tuple[Array, Array]:
        """Return hₜ and the gates, as `GRUStep` does; b_h is `(H,)`."""
        # BEGIN SOLUTION
        H = h.shape[1]
        gates = self.sigmoid(from_input[:, : 2 * H] + h @ W_h[:, : 2 * H])
        u, r = np.split(gates, 2, axis=1)
        content = np.tanh(from_input[:, 2 * H :] + r * (h @ W_h[:, 2 * H :] + b_h))
        return (1 - u) * h + u * content, np.concatenate([gates, content], axis=1)
        # END SOLUTION

    def backward(
        self, grad_h: Array, h: Array, gates: Array, W_h: Array, b_h: Array
    ) -> tuple[Array, Array]:
        """Return ∂J/∂a and ∂J/∂hₜ₋₁, as `GRUStep` does; b_h is `(H,)`."""
        # BEGIN SOLUTION
        H = h.shape[1]
        u, r, content = np.split(gates, 3, axis=1)
        grad_content = grad_h * u * (1 - content**2)
        grad_u = grad_h * (content - h) * u * (1 - u)
        grad_r = grad_content * (h @ W_h[:, 2 * H :] + b_h) * r * (1 - r)
        from_all = np.concatenate([grad_u, grad_r, grad_content * r], axis=1)  # of all of h W_h
        grad_a = np.concatenate([grad_u, grad_r, grad_content], axis=1)
        return grad_a, grad_h * (1 - u) + from_all @ W_h.T
        # END SOLUTION


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
        # BEGIN SOLUTION: compute the states one by one, and keep what backward needs
        N, T, _ = x.shape
        weights = [self.parameters[name] for name in self.step_weights]
        from_input = x @ self.parameters["W_x"] + self.parameters["b"]  # all steps in one product
        h = np.empty((T + 1, N, self.hidden_size), from_input.dtype)
        h[0] = 0 if state is None else state
        gates = np.empty((T, N, from_input.shape[2]), from_input.dtype)
        for t in range(T):
            h[t + 1], gates[t] = self.step.forward(from_input[:, t], h[t], *weights)
            if mask is not None:
                h[t + 1] = np.where(mask[:, t, None], h[t + 1], h[t])
        self._x, self._mask, self._gates, self._h = x, mask, gates, h
        self.state = h[T].copy()
        return h[1:].swapaxes(0, 1).copy()  # the caller may change the result
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        """Add all gradients for `grad_h: (N, T, H)`; return those of x and of h₀."""
        # BEGIN SOLUTION: go back step by step; add the weights' gradients; return the inputs'
        h, weights = self._h, [self.parameters[name] for name in self.step_weights]
        grad_a = np.empty_like(self._gates)
        from_later = np.zeros_like(h[0])  # nothing comes after the last step
        for t in reversed(range(len(grad_a))):
            grad = grad_h[:, t] + from_later
            grad_a[t], from_later = self.step.backward(grad, h[t], self._gates[t], *weights)
            if self._mask is not None:  # without a word h stays, and so does its gradient
                words = self._mask[:, t, None]
                grad_a[t] *= words
                from_later = np.where(words, from_later, grad)
        self._add_gradients(grad_a)
        return (grad_a @ self.parameters["W_x"].T).swapaxes(0, 1), from_later

    def _add_gradients(self, grad_a: Array) -> None:
        """Add the gradients of all parameters, summed over all steps."""
        H, h, steps = self.hidden_size, self._h[:-1], ([0, 1], [0, 1])
        g, r, grad_content = self.gradients, self._gates[..., H : 2 * H], grad_a[..., 2 * H :]
        g["W_x"] += np.tensordot(self._x, grad_a, axes=([1, 0], [0, 1]))
        g["b"] += grad_a.sum(axis=(0, 1))
        g["W_h"][:, : 2 * H] += np.tensordot(h, grad_a[..., : 2 * H], axes=steps)
        if self.reset_after:  # r ∘ (h W_hh + b_h)
            g["W_h"][:, 2 * H :] += np.tensordot(h, r * grad_content, axes=steps)
            g["b_h"] += (r * grad_content).sum(axis=(0, 1))
        else:  # (r ∘ h) W_hh
            g["W_h"][:, 2 * H :] += np.tensordot(r * h, grad_content, axes=steps)
        # END SOLUTION
