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
        # BEGIN SOLUTION: gates of all steps, then the recurrence; keep what backward needs
        N, T, _ = x.shape
        h_0, c_0, before = self.initial_state(N) if state is None else state
        words = np.ones((T, N, 1), bool) if mask is None else mask.T[:, :, None].astype(bool)
        inputs = np.where(words, x.swapaxes(0, 1), 0)  # time first: a step is one block of memory
        self._moves = words  # where c changes
        if self.training and self.zoneout:
            kept = self.rng.random((N, T, self.hidden_size)) < self.zoneout
            self._moves = words & ~kept.swapaxes(0, 1)
        self._words, self._x = words, np.concatenate([before.swapaxes(0, 1), inputs])
        z, f, o, i = self._gates()
        h, c = np.empty((2, T + 1, N, self.hidden_size), z.dtype)
        h[0], c[0] = h_0, c_0
        new = i * z
        for t in range(T):  # only this depends on the step before
            np.multiply(f[t], c[t], out=c[t + 1])
            c[t + 1] += new[t]
        np.multiply(o, c[1:], out=h[1:])
        _hold(h, words)
        self._z, self._f, self._o, self._i, self._c = z, f, o, i, c
        self.state = h[T].copy(), c[T].copy(), self._x[T:].swapaxes(0, 1).copy()
        return h[1:].swapaxes(0, 1).copy()  # the caller may change the result

    def _gates(self) -> tuple[Array, Array, Array, Array]:
        """Return z, f, o and i of all steps, `(T, N, H)` each; f = 1 and i = 0 where c stays."""
        W, T = self.parameters["W"], len(self._words)
        a = self.parameters["b"] + sum(self._x[k : k + T] @ W[k] for k in range(self.width))
        z, *gates = np.split(a, 1 + len(self.pooling), axis=2)
        f, *others = (self.sigmoid(gate) for gate in gates)
        f = np.where(self._moves, f, 1)
        o = others[0] if "o" in self.pooling else np.ones_like(f)
        i = np.where(self._moves, others[1], 0) if "i" in self.pooling else 1 - f
        return np.tanh(z), f, o, i
        # END SOLUTION

    def backward(self, grad_h: Array) -> tuple[Array, State]:
        """Add all gradients for `grad_h: (N, T, H)`; return those of x and of the first state."""
        # BEGIN SOLUTION: the recurrence backwards, then the gates, then the convolution
        # h_t = o c_t and c_{t+1} = f c_t + ... give c_t its two gradients. With i = 1 − f, f
        # multiplies c_{t−1} − z. Then the slopes of tanh and σ.
        z, f, o, i, c = self._z, self._f, self._o, self._i, self._c
        grad, grad_h_0 = _hold_back(grad_h.swapaxes(0, 1), self._words)
        grad_c = grad * o
        for t in reversed(range(len(grad) - 1)):
            grad_c[t] += f[t + 1] * grad_c[t + 1]
        past = c[:-1] if "i" in self.pooling else c[:-1] - z
        grad_a = [grad_c * i * (1 - z**2), grad_c * past * f * (1 - f)]
        if "o" in self.pooling:
            grad_a.append(grad * c[1:] * o * (1 - o))
        if "i" in self.pooling:
            grad_a.append(grad_c * z * i * (1 - i))
        before, grad_x = self._back_to_inputs(np.concatenate(grad_a, axis=2))
        return grad_x, (grad_h_0, f[0] * grad_c[0], before)

    def _back_to_inputs(self, grad_a: Array) -> tuple[Array, Array]:
        """Add the gradients of W and b; return those of the inputs before x, and of x."""
        T, W = len(grad_a), self.parameters["W"]
        grad_x = np.zeros_like(self._x)  # a_t = Σ_k x_{t+k} W_k + b, counted from the inputs before
        for k in range(self.width):
            self.gradients["W"][k] += np.tensordot(self._x[k : k + T], grad_a, ([0, 1], [0, 1]))
            grad_x[k : k + T] += grad_a @ W[k].T
        self.gradients["b"] += grad_a.sum(axis=(0, 1))
        before, after = np.split(grad_x, [self.width - 1])
        return before.swapaxes(0, 1), np.where(self._words, after, 0).swapaxes(0, 1)
        # END SOLUTION


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
