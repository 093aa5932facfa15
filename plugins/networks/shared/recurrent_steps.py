"""One step of a recurrent layer, forward and backward, in the functions of any array library.

`xp` is the module of the library's functions. The steps are tasks of the exercises rnn, lstm and
gru; layers of a backend may use kernels of their own.

Source: CS224n lecture 6, section 2; lecture 7, sections 3.1 and 4.1.
"""

from __future__ import annotations

from typing import Any

from framework.interfaces import Model


def rnn_step(xp: Any, from_input: Any, h: Any, W_h: Any) -> Any:
    """Return tanh(from_input + h W_h), the next state `(N, H)`."""
    return xp.tanh(from_input + h @ W_h)


def lstm_step(xp: Any, from_input: Any, h: Any, c: Any, W_h: Any) -> tuple[Any, Any, Any]:
    """Return the next h and c, each `(N, H)`, and the gates i, f, o, g `(N, 4H)`."""
    i, f, o, g = _blocks(from_input + h @ W_h, h.shape[1])
    i, f, o, g = _sigmoid(xp, i), _sigmoid(xp, f), _sigmoid(xp, o), xp.tanh(g)
    c = f * c + i * g
    return o * xp.tanh(c), c, xp.concatenate([i, f, o, g], axis=1)


def gru_step(xp: Any, from_input: Any, h: Any, W_h: Any, b_h: Any = None) -> tuple[Any, Any]:
    """Return the next h `(N, H)`, and u, r and h̃ `(N, 3H)`; with `b_h` r acts after the matrix."""
    H = h.shape[1]
    u, r = _blocks(_sigmoid(xp, from_input[:, : 2 * H] + h @ W_h[:, : 2 * H]), H)
    past = (r * h) @ W_h[:, 2 * H :] if b_h is None else r * (h @ W_h[:, 2 * H :] + b_h)
    content = xp.tanh(from_input[:, 2 * H :] + past)
    return (1 - u) * h + u * content, xp.concatenate([u, r, content], axis=1)


class RNNStep(Model):
    """One step of a simple recurrent layer."""

    def forward(self, from_input: Any, h: Any, W_h: Any) -> Any:
        """Return the next state, see `rnn_step`."""
        return rnn_step(self._arrays.namespace, from_input, h, W_h)

    def backward(self, grad_h: Any, *given: Any) -> tuple[Any, Any]:
        """Return the gradients of the argument of tanh and of the state before, each `(N, H)`."""
        h, W_h = given
        of_a = grad_h * (1 - h * h)
        return of_a, of_a @ W_h.T


class LSTMStep(Model):
    """One step of an LSTM, gates included."""

    def forward(self, from_input: Any, h: Any, c: Any, W_h: Any) -> tuple[Any, Any, Any]:
        """Return the next h and c, and the gates, see `lstm_step`."""
        return lstm_step(self._arrays.namespace, from_input, h, c, W_h)

    def backward(self, grad_h: Any, *given: Any) -> tuple[Any, Any, Any]:
        """Return the gradients of the arguments `(N, 4H)`, and of h and c before the step."""
        grad_c, c, c_next, gates, W_h = given
        xp = self._arrays.namespace
        i, f, o, g = _blocks(gates, c.shape[1])
        read = xp.tanh(c_next)
        of_c = grad_c + grad_h * o * (1 - read * read)
        of_gates = xp.concatenate([of_c * g, of_c * c, grad_h * read, of_c * i], axis=1)
        slopes = xp.concatenate([i * (1 - i), f * (1 - f), o * (1 - o), 1 - g * g], axis=1)
        of_a = of_gates * slopes
        return of_a, of_a @ W_h.T, of_c * f


class GRUStep(Model):
    """One step of a GRU; with `b_h` r acts after the matrix."""

    def forward(self, from_input: Any, h: Any, W_h: Any, b_h: Any = None) -> tuple[Any, Any]:
        """Return the next h, and u, r and h̃, see `gru_step`."""
        return gru_step(self._arrays.namespace, from_input, h, W_h, b_h)

    def backward(self, grad_h: Any, *given: Any) -> tuple[Any, Any]:
        """Return the gradients of the arguments `(N, 3H)`, and of h before the step `(N, H)`."""
        h, gates, W_h, *b_h = given
        xp, H = self._arrays.namespace, h.shape[1]
        W_gates, W_hh = W_h[:, : 2 * H], W_h[:, 2 * H :]
        u, r, content = _blocks(gates, H)
        of_content = grad_h * u * (1 - content * content)
        if b_h:
            of_r, through = of_content * (h @ W_hh + b_h[0]), (of_content * r) @ W_hh.T
        else:
            of_read = of_content @ W_hh.T
            of_r, through = of_read * h, of_read * r
        of_u = grad_h * (content - h)
        of_gates = xp.concatenate([of_u * u * (1 - u), of_r * r * (1 - r)], axis=1)
        before = grad_h * (1 - u) + of_gates @ W_gates.T + through
        return xp.concatenate([of_gates, of_content], axis=1), before


class ResetAfterStep(GRUStep):
    """The step with r after the matrix."""


def _blocks(array: Any, size: int) -> list[Any]:
    """Return the blocks of `size` columns."""
    return [array[:, start : start + size] for start in range(0, array.shape[1], size)]


def _sigmoid(xp: Any, z: Any) -> Any:
    """Return σ(z) = (1 + tanh(z / 2)) / 2, which overflows nowhere."""
    return (1 + xp.tanh(z / 2)) / 2
