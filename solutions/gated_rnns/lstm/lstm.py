"""Long short-term memory: a recurrent layer with two states, h and c, and three gates.

Source: CS224n lecture 7, sections 3.1 to 3.5; Hochreiter and Schmidhuber, "Long Short-Term Memory"
(1997); Gers, Schmidhuber and Cummins, "Learning to Forget" (2000), for the forget gate.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

State = tuple[Array, Array]


class LSTM(Model):
    """The layer h_t = o ∘ tanh(c_t), with c_t = f ∘ c_{t−1} + i ∘ g.

    The gates i, f, o and the new content g stand side by side, in this order, in the last axis of
    every weight: columns 0 ... H−1 belong to i, H ... 2H−1 to f, and so on.

    Args:
        input_size: D, the number of features of one x_t.
        hidden_size: H, the size of h_t and of c_t.
        forget_bias: the initial bias of f: with 1, the layer starts by keeping most of c.
        rng: draws the initial weights.

    Parameters:
        W_x `(D, 4H)`, W_h `(H, 4H)`, b `(4H,)`.

    Attributes:
        state: h and c after the last step that `forward` read, each `(N, H)`.
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
        self.sigmoid = part("sigmoid_function")  # your function of the exercise neuron
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 4 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 4 * H)))
        self.add_parameter("b", np.zeros(4 * H))
        # BEGIN SOLUTION: let the bias of f start at forget_bias; leave the others at 0
        self.parameters["b"][H : 2 * H] = forget_bias
        # END SOLUTION

    def initial_state(self, batch_size: int) -> State:
        """Given: the state before the first step, two arrays of zeros `(batch_size, H)`."""
        shape, dtype = (batch_size, self.hidden_size), self.parameters["b"].dtype
        return np.zeros(shape, dtype), np.zeros(shape, dtype)

    def forward(self, x: Array, state: State | None = None, mask: Array | None = None) -> Array:
        """Return the states of all steps; for t = 1 ... T, with [i f o g] side by side:

            a_t = x_t W_x + h_{t−1} W_h + b
            i, f, o = σ(a_t's first three parts)      g = tanh(a_t's last part)
            c_t = f ∘ c_{t−1} + i ∘ g                 h_t = o ∘ tanh(c_t)

        Where a sequence has no word, h_t = h_{t−1} and c_t = c_{t−1}. Keeps the last h and c in
        `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: h_0 and c_0, each `(N, H)`; zeros if None.
            mask: `(N, T)`, False where a sequence has no word at that step; None: words everywhere.

        Returns:
            h: `(N, T, H)`; h[:, 0] is h_1. A new array, and all arguments unchanged.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        # BEGIN SOLUTION: compute the states one by one, and keep what backward needs
        N, T, _ = x.shape
        H = self.hidden_size
        # one large product for all steps: @ computes a small one for each text, which is slower
        from_input = np.tensordot(x, self.parameters["W_x"], axes=1) + self.parameters["b"]
        h, c = np.empty((2, T + 1, N, H), from_input.dtype)
        h[0], c[0] = (0, 0) if state is None else state
        gates = np.empty((T, N, 4 * H), from_input.dtype)
        for t in range(T):
            a = from_input[:, t] + h[t] @ self.parameters["W_h"]
            gates[t, :, : 3 * H] = self.sigmoid(a[:, : 3 * H])
            gates[t, :, 3 * H :] = np.tanh(a[:, 3 * H :])
            i, f, o, g = np.split(gates[t], 4, axis=1)
            c[t + 1] = f * c[t] + i * g
            h[t + 1] = o * np.tanh(c[t + 1])
            if mask is not None:
                words = mask[:, t, None]
                c[t + 1], h[t + 1] = np.where(words, [c[t + 1], h[t + 1]], [c[t], h[t]])
        self._x, self._mask, self._gates, self._h, self._c = x, mask, gates, h, c
        self.state = h[T].copy(), c[T].copy()
        return h[1:].swapaxes(0, 1).copy()  # the caller may change the result
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, State]:
        """Compute all gradients by backpropagation through time.

        ∂v is the gradient of the scalar J with respect to v. From step t = T back to 1:

            ∂c_t = ∂c_t from step t + 1 + ∂h_t ∘ o ∘ (1 − tanh²(c_t))
            ∂i = ∂c_t ∘ g      ∂f = ∂c_t ∘ c_{t−1}      ∂o = ∂h_t ∘ tanh(c_t)      ∂g = ∂c_t ∘ i
            ∂a_t = these four, times the slopes: i(1 − i), f(1 − f), o(1 − o) and 1 − g²
            ∂c_{t−1} = ∂c_t ∘ f                         ∂h_{t−1} = ∂a_t W_hᵀ

        ∂h_t is `grad_h` of step t plus what step t + 1 sends back. Where a sequence has no word,
        ∂h_t and ∂c_t go on to step t − 1 unchanged.

        Args:
            grad_h: the gradient of the output h, `(N, T, H)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, and the gradients of h_0 and c_0, each `(N, H)`.
        """
        # BEGIN SOLUTION: go back step by step; add the weights' gradients; return the inputs'
        h, c, W_h = self._h, self._c, self.parameters["W_h"]
        grad_a = np.empty_like(self._gates)
        from_h, from_c = np.zeros_like(h[0]), np.zeros_like(c[0])  # nothing after the last step
        for t in reversed(range(len(grad_a))):
            i, f, o, g = np.split(self._gates[t], 4, axis=1)
            tanh_c = np.tanh(c[t + 1])
            grad_h_t = grad_h[:, t] + from_h
            grad_c_t = from_c + grad_h_t * o * (1 - tanh_c**2)
            grad_a[t] = np.concatenate(
                [
                    grad_c_t * g * i * (1 - i),
                    grad_c_t * c[t] * f * (1 - f),
                    grad_h_t * tanh_c * o * (1 - o),
                    grad_c_t * i * (1 - g**2),
                ],
                axis=1,
            )
            if self._mask is None:
                from_h, from_c = grad_a[t] @ W_h.T, grad_c_t * f
            else:
                words = self._mask[:, t, None]
                grad_a[t] *= words
                from_h = np.where(words, grad_a[t] @ W_h.T, grad_h_t)
                from_c = np.where(words, grad_c_t * f, from_c)
        steps = ([0, 1], [0, 1])  # sum over every step at which the weights were used
        self.gradients["W_x"] += np.tensordot(self._x, grad_a, axes=([1, 0], [0, 1]))
        self.gradients["W_h"] += np.tensordot(h[:-1], grad_a, axes=steps)
        self.gradients["b"] += grad_a.sum(axis=(0, 1))
        grad_x = np.tensordot(grad_a, self.parameters["W_x"].T, axes=1)  # one product, as above
        return grad_x.swapaxes(0, 1), (from_h, from_c)
        # END SOLUTION
