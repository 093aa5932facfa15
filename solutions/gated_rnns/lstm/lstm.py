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
        # BEGIN SOLUTION
        H = h.shape[1]
        a = from_input + h @ W_h
        gates = np.concatenate([self.sigmoid(a[:, : 3 * H]), np.tanh(a[:, 3 * H :])], axis=1)
        i, f, o, g = np.split(gates, 4, axis=1)
        c_next = f * c + i * g
        return o * np.tanh(c_next), c_next, gates
        # END SOLUTION

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
        # BEGIN SOLUTION
        i, f, o, g = np.split(gates, 4, axis=1)
        tanh_c = np.tanh(c_next)
        grad_c_next = grad_c + grad_h * o * (
            1 - tanh_c**2
        )  # c acts later, and through h = o ∘ tanh(c)
        grad_a = np.concatenate(
            [  # c = f ∘ c₋₁ + i ∘ g; each gate times its slope, σ' = σ(1 − σ) or tanh' = 1 − tanh²
                grad_c_next * g * i * (1 - i),
                grad_c_next * c * f * (1 - f),
                grad_h * tanh_c * o * (1 - o),
                grad_c_next * i * (1 - g**2),
            ],
            axis=1,
        )
        return grad_a, grad_a @ W_h.T, grad_c_next * f
        # END SOLUTION


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
        # BEGIN SOLUTION: let the bias of f start at forget_bias; leave the others at 0
        self.parameters["b"][H : 2 * H] = forget_bias
        # END SOLUTION

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
        # BEGIN SOLUTION: compute the states one by one, and keep what backward needs
        N, T, _ = x.shape
        H, W_h = self.hidden_size, self.parameters["W_h"]
        # one large product for all steps: @ computes a small one for each text, which is slower
        from_input = np.tensordot(x, self.parameters["W_x"], axes=1) + self.parameters["b"]
        h, c = np.empty((2, T + 1, N, H), from_input.dtype)
        h[0], c[0] = (0, 0) if state is None else state
        gates = np.empty((T, N, 4 * H), from_input.dtype)
        for t in range(T):
            h[t + 1], c[t + 1], gates[t] = self.step.forward(from_input[:, t], h[t], c[t], W_h)
            if mask is not None:
                words = mask[:, t, None]
                c[t + 1], h[t + 1] = np.where(words, [c[t + 1], h[t + 1]], [c[t], h[t]])
        self._x, self._mask, self._gates, self._h, self._c = x, mask, gates, h, c
        self.state = h[T].copy(), c[T].copy()
        return h[1:].swapaxes(0, 1).copy()  # the caller may change the result
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, State]:
        """Add all gradients for `grad_h: (N, T, H)`; return those of x, and of h₀ and c₀."""
        # BEGIN SOLUTION: go back step by step; add the weights' gradients; return the inputs'
        h, c, W_h = self._h, self._c, self.parameters["W_h"]
        grad_a = np.empty_like(self._gates)
        from_h, from_c = np.zeros_like(h[0]), np.zeros_like(c[0])  # nothing after the last step
        for t in reversed(range(len(grad_a))):
            of_h, of_c = grad_h[:, t] + from_h, from_c
            grad_a[t], from_h, from_c = self.step.backward(
                of_h, of_c, c[t], c[t + 1], self._gates[t], W_h
            )
            if self._mask is not None:  # without a word the states stay, and so do their gradients
                words = self._mask[:, t, None]
                grad_a[t] *= words
                from_h, from_c = np.where(words, from_h, of_h), np.where(words, from_c, of_c)
        steps = ([0, 1], [0, 1])  # sum over every step at which the weights were used
        self.gradients["W_x"] += np.tensordot(self._x, grad_a, axes=([1, 0], [0, 1]))
        self.gradients["W_h"] += np.tensordot(h[:-1], grad_a, axes=steps)
        self.gradients["b"] += grad_a.sum(axis=(0, 1))
        grad_x = np.tensordot(grad_a, self.parameters["W_x"].T, axes=1)  # one product, as above
        return grad_x.swapaxes(0, 1), (from_h, from_c)
        # END SOLUTION
