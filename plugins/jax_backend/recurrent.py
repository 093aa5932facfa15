"""Recurrent layers, on JAX arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from framework.models.differentiated import DifferentiatedModel
from plugins.jax_backend.layers import check
from plugins.networks.shared import recurrent_steps as steps
from plugins.networks.shared.recurrent_steps import GRUStep, LSTMStep, ResetAfterStep, RNNStep

__all__ = ["GRU", "LSTM", "RNN", "GRUStep", "LSTMStep", "RNNStep", "ResetAfterStep"]


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
        return (steps.rnn_step(jnp, a, state[0], p["W_h"]),)


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
        return steps.lstm_step(jnp, a, h, c, p["W_h"])[:2]


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
        return steps.gru_step(jnp, a, state[0], p["W_h"], p.get("b_h"))[:1]
