"""Recurrent layers, on JAX arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from framework.interfaces import Model
from framework.models.differentiated import DifferentiatedModel
from plugins.jax_backend.layers import check


class RNNStep(Model):
    """One step: tanh(from_input + h W_h)."""

    def forward(self, from_input: Any, h: Any, W_h: Any) -> Any:
        """Return the next state."""
        return jnp.tanh(from_input + h @ W_h)

    def backward(self, grad_h: Any, *given: Any) -> tuple[Any, Any]:
        """Return the gradients of the argument of tanh and of the state before."""
        h, W_h = given
        of_a = grad_h * (1 - h * h)
        return of_a, of_a @ W_h.T


class LSTMStep(Model):
    """One step, gates included."""

    def forward(self, from_input: Any, h: Any, c: Any, W_h: Any) -> tuple[Any, Any, Any]:
        """Return the next h and c, and the gates."""
        *gates, g = jnp.split(from_input + h @ W_h, 4, axis=1)
        i, f, o, g = *map(jax.nn.sigmoid, gates), jnp.tanh(g)
        c = f * c + i * g
        return o * jnp.tanh(c), c, jnp.concatenate([i, f, o, g], axis=1)

    def backward(self, grad_h: Any, *given: Any) -> tuple[Any, Any, Any]:
        """Return the gradients of the arguments of the gates, and of h and c before the step."""
        grad_c, c, c_next, gates, W_h = given
        i, f, o, g = jnp.split(gates, 4, axis=1)
        read = jnp.tanh(c_next)
        of_c = grad_c + grad_h * o * (1 - read**2)
        of_gates = jnp.concatenate([of_c * g, of_c * c, grad_h * read, of_c * i], axis=1)
        of_a = of_gates * jnp.concatenate([i * (1 - i), f * (1 - f), o * (1 - o), 1 - g**2], axis=1)
        return of_a, of_a @ W_h.T, of_c * f


class GRUStep(Model):
    """One step; with `b_h` r acts after the matrix."""

    def forward(self, from_input: Any, h: Any, W_h: Any, b_h: Any = None) -> tuple[Any, Any]:
        """Return the next h, and u, r and h̃; with `b_h` r acts after the matrix."""
        W_gates, W_hh = jnp.split(W_h, [2 * h.shape[1]], axis=1)
        x_gates, x_content = jnp.split(from_input, [2 * h.shape[1]], axis=1)
        u, r = jnp.split(jax.nn.sigmoid(x_gates + h @ W_gates), 2, axis=1)
        content = jnp.tanh(x_content + _past(r, h, W_hh, b_h))
        return (1 - u) * h + u * content, jnp.concatenate([u, r, content], axis=1)

    def backward(self, grad_h: Any, *given: Any) -> tuple[Any, Any]:
        """Return the gradients of the arguments of u, r and h̃, and of h before the step."""
        h, gates, W_h, *bias = given
        b_h = bias[0] if bias else None
        W_gates, W_hh = jnp.split(W_h, [2 * h.shape[1]], axis=1)
        u, r, content = jnp.split(gates, 3, axis=1)
        of_content = grad_h * u * (1 - content**2)
        of_r, through = jax.vjp(lambda r, h: _past(r, h, W_hh, b_h), r, h)[1](of_content)
        of_u = grad_h * (content - h)
        of_gates = jnp.concatenate([of_u * u * (1 - u), of_r * r * (1 - r)], axis=1)
        before = grad_h * (1 - u) + of_gates @ W_gates.T + through
        return jnp.concatenate([of_gates, of_content], axis=1), before


class ResetAfterStep(GRUStep):
    """The step with r after the matrix."""


def _past(r: Any, h: Any, W_hh: Any, b_h: Any) -> Any:
    return (r * h) @ W_hh if b_h is None else r * (h @ W_hh + b_h)


class _Recurrent(DifferentiatedModel):
    """A recurrent layer: a subclass writes `step`, from x_t W_x + b and a state to the next one."""

    #: Number of blocks side by side in the weights, and of arrays in a state.
    blocks, state_parts = 1, 1
    truncation: int | None = None
    step: Callable[..., tuple[Any, ...]]

    def __init__(self, input_size: int, hidden_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        D, H = self.input_size, self.hidden_size = input_size, hidden_size
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, self.blocks * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, self.blocks * H)))
        self.add_parameter("b", np.zeros(self.blocks * H))

    def initial_state(self, batch_size: int) -> Any:
        zeros = jnp.zeros((batch_size, self.hidden_size), self.parameters["b"].dtype)
        return zeros if self.state_parts == 1 else (zeros,) * self.state_parts

    def forward(self, x: Any, state: Any = None, mask: Any = None) -> Any:
        check(x.shape[-1] == self.input_size, f"x {x.shape} is not (N, T, {self.input_size})")
        state = self.initial_state(len(x)) if state is None else state
        state = state if isinstance(state, (tuple, list)) else (state,)
        words = jnp.ones(x.shape[:2], bool) if mask is None else mask.astype(bool)
        t = jnp.arange(x.shape[1])
        cuts = (t > 0) & (t % (self.truncation or len(t)) == 0)
        h, *last = super().forward(x, words, cuts, *state)
        self.state = last[0] if len(last) == 1 else tuple(last)
        return h

    def backward(self, grad_h: Any) -> tuple[Any, Any]:
        grad_x, _, _, *grad_state = super().backward(grad_h)
        return grad_x, grad_state[0] if len(grad_state) == 1 else tuple(grad_state)

    @classmethod
    def compute(cls, p: Mapping[str, Any], x: Any, words: Any, cuts: Any, *state: Any) -> Any:
        def step(state: Any, read: Any) -> Any:
            a, word, cut = read
            state = tuple(jnp.where(cut, jax.lax.stop_gradient(s), s) for s in state)
            new = zip(cls.step(p, a, *state), state, strict=True)
            state = tuple(jnp.where(word[:, None], after, before) for after, before in new)
            return state, state[0]

        a = (x @ p["W_x"] + p["b"]).swapaxes(0, 1)
        last, h = jax.lax.scan(step, state, (a, words.T, cuts))
        return h.swapaxes(0, 1), *last


class RNN(_Recurrent):
    """h_t = tanh(x_t W_x + h_{t−1} W_h + b)."""

    def __init__(
        self, input_size: int, hidden_size: int, *, truncation: int | None = None, rng: Any
    ) -> None:
        super().__init__(input_size, hidden_size, rng=rng)
        check(truncation is None or truncation >= 1, f"truncation is ≥ 1, not {truncation}")
        self.truncation = truncation

    @staticmethod
    def step(p: Mapping[str, Any], a: Any, *state: Any) -> tuple[Any, ...]:
        return (RNNStep().forward(a, state[0], p["W_h"]),)


class LSTM(_Recurrent):
    """h_t = o ∘ tanh(c_t), c_t = f ∘ c_{t−1} + i ∘ g; the weights of i, f, o, g side by side."""

    blocks, state_parts = 4, 2

    def __init__(
        self, input_size: int, hidden_size: int, *, forget_bias: float = 1.0, rng: Any
    ) -> None:
        super().__init__(input_size, hidden_size, rng=rng)
        b = np.repeat([0.0, forget_bias, 0.0, 0.0], hidden_size)
        self._arrays.assign(self.parameters, "b", b)

    @staticmethod
    def step(p: Mapping[str, Any], a: Any, *state: Any) -> tuple[Any, ...]:
        h, c = state
        return LSTMStep().forward(a, h, c, p["W_h"])[:2]


class GRU(_Recurrent):
    """h_t = (1 − u) ∘ h_{t−1} + u ∘ h̃; the weights of u, r, h̃ side by side."""

    blocks = 3

    def __init__(
        self, input_size: int, hidden_size: int, *, reset_after: bool = False, rng: Any
    ) -> None:
        super().__init__(input_size, hidden_size, rng=rng)
        self.reset_after = reset_after
        if reset_after:
            self.add_parameter("b_h", np.zeros(hidden_size))

    @staticmethod
    def step(p: Mapping[str, Any], a: Any, *state: Any) -> tuple[Any, ...]:
        return GRUStep().forward(a, state[0], p["W_h"], p.get("b_h"))[:1]
