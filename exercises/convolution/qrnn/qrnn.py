"""Quasi-recurrent networks: CS224n lecture 11, 5.1 to 5.4; Bradbury et al. (2016)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

State = tuple[Array, Array, Array]


class QRNN(Model):
    """A recurrent layer whose gates depend on the last `width` inputs only.

    Args:
        input_size, hidden_size: D, the features of x_t, and H, the size of h_t and of c_t.
        width: number of inputs that z and the gates of one step read.
        pooling: the gates: "f" (then o = 1 and i = 1 − f), "fo" (then i = 1 − f), or "ifo".
        zoneout: probability, in [0, 1), that a number of c keeps its value at a step in training.

    Parameters: W `(width, D, G·H)` and b `(G·H,)`. Their G = 1 + len(pooling) blocks are z, f, o,
    i: the columns 0 ... H−1 belong to z, H ... 2H−1 to f, and so on.
    Attribute `state`: h and c after the last step, each `(N, H)`, and the last inputs
    `(N, width − 1, D)`.
    Raises: ValueError for a wrong `width`, `pooling` or `zoneout`.
    """

    state: State

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        width: int = 2,
        pooling: str = "f",
        *,
        zoneout: float = 0.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.sigmoid = part("sigmoid_function")  # your function of the exercise neuron
        if width < 1:
            raise ValueError(f"width is at least 1, but got {width}")
        if pooling not in ("f", "fo", "ifo"):
            raise ValueError(f"pooling is 'f', 'fo' or 'ifo', but got '{pooling}'")
        if not 0 <= zoneout < 1:
            raise ValueError(f"zoneout lies in [0, 1), but got {zoneout}")
        D, H, blocks = input_size, hidden_size, 1 + len(pooling)
        self.input_size, self.hidden_size, self.width, self.pooling = D, H, width, pooling
        self.zoneout, self.rng = zoneout, rng
        self.add_parameter("W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, blocks * H)))
        self.add_parameter("b", np.zeros(blocks * H))

    def initial_state(self, batch_size: int) -> State:
        """Given: return zeros as the state before the first step, in the shapes of `state`."""
        dtype = self.parameters["b"].dtype
        h, c = np.zeros((2, batch_size, self.hidden_size), dtype)
        return h, c, np.zeros((batch_size, self.width - 1, self.input_size), dtype)

    def forward(self, x: Array, state: State | None = None, mask: Array | None = None) -> Array:
        """Return the states h `(N, T, H)` of all steps, h[:, 0] = h_1. The caller may change them.

        Args:
            x: `(N, T, D)`, any T ≥ 1.
            state: h_0, c_0 and the inputs before the first one, as in `self.state`; None: zeros.
            mask: `(N, T)`, False where a sequence has no word at that step; None: words everywhere.

        In training with a `zoneout` above 0, and only then, a number of c keeps its value where its
        number u < zoneout of ``self.rng.random((N, T, H))``.

        Raises: ValueError if the last axis of `x` is not D.
        """
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        # TODO: gates of all steps, then the recurrence; keep what backward needs
        raise NotImplementedError

    def backward(self, grad_h: Array) -> tuple[Array, State]:
        """Add all gradients for `grad_h: (N, T, H)`; return those of x and of the first state."""
        # TODO: the recurrence backwards, then the gates, then the convolution
        raise NotImplementedError


def _hold(h: Array, words: Array) -> None:
    """Given: copy the previous h to each step without a word, in place, h_0 first."""
    for t in np.flatnonzero(~words.all(axis=(1, 2))):
        np.copyto(h[t + 1], h[t], where=~words[t])


def _hold_back(grad_h: Array, words: Array) -> tuple[Array, Array]:
    """Given: return the gradients of h before `_hold` `(T, N, H)`, and of h_0 `(N, H)`."""
    held = np.concatenate([np.zeros_like(grad_h[:1]), grad_h])
    for t in reversed(np.flatnonzero(~words.all(axis=(1, 2)))):
        held[t] += np.where(words[t], 0, held[t + 1])
        held[t + 1] *= words[t]
    return held[1:], held[0]
