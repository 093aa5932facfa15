"""Quasi-recurrent networks: a convolution computes all gates, then a recurrence without weights.

Source: CS224n lecture 11, sections 5.1 to 5.4; Bradbury, Merity, Xiong and Socher, "Quasi-Recurrent
Neural Networks" (2016), sections 2 and 2.1.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

State = tuple[Array, Array, Array]


class QRNN(Model):
    """The layer h_t = o ∘ c_t with c_t = f ∘ c_{t−1} + i ∘ z, whose gates depend on inputs only.

    The new content z and the gates f, o, i stand side by side, in this order, in the last axis of
    the weights: columns 0 ... H−1 belong to z, H ... 2H−1 to f, and so on.

    Args:
        input_size: D, the number of features of one x_t.
        hidden_size: H, the size of h_t and of c_t.
        width: number of inputs that z and the gates of one step read.
        pooling: the gates: "f" (then o = 1 and i = 1 − f, so h_t = c_t), "fo" (then i = 1 − f),
            or "ifo".
        rng: draws the initial weights.

    Parameters:
        W `(width, D, G·H)`, b `(G·H,)`; G, the number of blocks, is 1 + len(pooling).

    Attributes:
        state: h and c after the last step that `forward` read, each `(N, H)`, and the last inputs
            `(N, width − 1, D)` in their order.

    Raises:
        ValueError: `width` is not positive, or `pooling` is none of these.
    """

    state: State

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        width: int = 2,
        pooling: str = "f",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.sigmoid = part("sigmoid_function")  # your function of the exercise neuron
        if width < 1:
            raise ValueError(f"width is at least 1, but got {width}")
        if pooling not in ("f", "fo", "ifo"):
            raise ValueError(f"pooling is 'f', 'fo' or 'ifo', but got '{pooling}'")
        D, H, blocks = input_size, hidden_size, 1 + len(pooling)
        self.input_size, self.hidden_size, self.width, self.pooling = D, H, width, pooling
        self.add_parameter("W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, blocks * H)))
        self.add_parameter("b", np.zeros(blocks * H))

    def initial_state(self, batch_size: int) -> State:
        """Given: return zeros as the state before the first step: h, c and the inputs before it.

        Returns:
            `(batch_size, H)`, `(batch_size, H)`, `(batch_size, width − 1, D)`.
        """
        dtype = self.parameters["b"].dtype
        h, c = np.zeros((2, batch_size, self.hidden_size), dtype)
        return h, c, np.zeros((batch_size, self.width - 1, self.input_size), dtype)

    def forward(self, x: Array, state: State | None = None, mask: Array | None = None) -> Array:
        """Return the states of all steps.

        First for all steps at once; W_k multiplies the k-th of the `width` inputs, counted from 0,
        so W_{width−1} multiplies x_t:

            a_t = b + Σ_k x_{t − width + 1 + k} W_k
            z = tanh(a_t's first part)      f, o, i = σ(the others)

        Then for t = 1 ... T:

            c_t = f ∘ c_{t−1} + i ∘ z       h_t = o ∘ c_t

        At a step without a word c_t = c_{t−1} and h_t = h_{t−1}, and later windows read zeros
        there. Keeps h_T, c_T and the last width − 1 inputs in `self.state`.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: h_0, c_0 and the inputs before the first one, as in `self.state`; None: zeros.
                h_t = h_0 until the first word.
            mask: `(N, T)`, False where a sequence has no word at that step; None: words everywhere.

        Returns:
            h: `(N, T, H)`; h[:, 0] is h_1. A new array, and all arguments unchanged.
            The caller may change it, so `backward` and `self.state` must not use its memory.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        # TODO: gates of all steps, then the recurrence; keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, State]:
        """Compute all gradients by backpropagation through time.

        ∂v is the gradient of the scalar J with respect to v. At each step:

            ∂o = ∂h_t ∘ c_t      ∂c_t = ∂h_t ∘ o + f_{t+1} ∘ ∂c_{t+1}      ∂z = ∂c_t ∘ i
            with an i gate:       ∂f = ∂c_t ∘ c_{t−1}             ∂i = ∂c_t ∘ z
            i = 1 − f:            ∂f = ∂c_t ∘ (c_{t−1} − z)
            ∂a_t = these, times the slopes: 1 − z², f(1 − f), o(1 − o), i(1 − i)

        Then for all steps at once; up to `width` windows read each x_t:

            ∂W_k = Σ_t x_{t − width + 1 + k}ᵀ ∂a_t      ∂x_s = Σ_k ∂a_{s + width − 1 − k} W_kᵀ

        Args:
            grad_h: the gradient of the output h, `(N, T, H)`. Not modified.

        Returns:
            grad_x `(N, T, D)`, 0 at steps without a word; and the gradients of h_0, c_0 and the
            inputs before the first one. That of h_0 is 0 unless the first steps have no words.
        """
        # TODO: the recurrence backwards, then the gates, then the convolution
        raise NotImplementedError


def _hold(h: Array, words: Array) -> None:
    """Given: copy the previous h to each step without a word, in `h: (T + 1, N, H)` from h_0 on.

    Args:
        h: changed in place.
        words: `(T, N, 1)`, False where there is no word.
    """
    for t in np.flatnonzero(~words.all(axis=(1, 2))):
        np.copyto(h[t + 1], h[t], where=~words[t])


def _hold_back(grad_h: Array, words: Array) -> tuple[Array, Array]:
    """Given: send the gradient back through `_hold`.

    Args:
        grad_h: `(T, N, H)`. Not modified.
        words: `(T, N, 1)`.

    Returns:
        the gradients of h before `_hold`, `(T, N, H)`, 0 without a word; and of h_0 `(N, H)`.
    """
    held = np.concatenate([np.zeros_like(grad_h[:1]), grad_h])
    for t in reversed(np.flatnonzero(~words.all(axis=(1, 2)))):
        held[t] += np.where(words[t], 0, held[t + 1])
        held[t + 1] *= words[t]
    return held[1:], held[0]
