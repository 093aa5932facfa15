"""A plugin with a loss, a penalty, an optimizer and a recurrent cell of its own, on NumPy's arrays.

    gradus train rnn_lm --plugin own_training.py --provider week3 --cell leaky_rnn \
        --optimizer lion:beta=0.9 --learning-rate 0.001 --loss label_smoothing:epsilon=0.1 \
        --penalty elastic:strength=1e-5
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.hookspecs import hookimpl
from framework.interfaces import Array, Loss, Model, Optimizer, Parameters, Penalty
from framework.providers.registry import Implementation


class LabelSmoothing(Loss):
    """Cross-entropy with the targets q = (1 − ε) onehot(y) + ε/C, for scores `(..., C)`."""

    def __init__(self, epsilon: float = 0.1) -> None:
        self.epsilon = epsilon

    def forward(self, logits: Array, targets: Array) -> float:
        """Return −1/M Σ_m q_m · log softmax(z_m), and keep softmax(z) − q."""
        z = logits - logits.max(axis=-1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
        classes = logits.shape[-1]
        q = np.full_like(logits, self.epsilon / classes)
        q += (1 - self.epsilon) * (targets[..., None] == np.arange(classes))
        self._grad: Array = (np.exp(log_p) - q) / targets.size
        return -float((q * log_p).sum()) / targets.size

    def backward(self) -> Array:
        """Return ∂J/∂z `(..., C)`: (softmax(z) − q) / M."""
        return self._grad


class Elastic(Penalty):
    """λ Σ (|W| + W²) over all weights, not biases."""

    def __init__(self, strength: float) -> None:
        self.strength = strength

    def value(self, parameters: Mapping[str, Array]) -> float:
        """Return the penalty."""
        terms = (np.sum(np.abs(W) + W**2) for W in _weights(parameters).values())
        return self.strength * float(sum(terms))

    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """Return λ (sgn(W) + 2 W) for each weight."""
        weights = _weights(parameters).items()
        return {name: self.strength * (np.sign(W) + 2 * W) for name, W in weights}


def _weights(parameters: Mapping[str, Array]) -> dict[str, Array]:
    return {name: array for name, array in parameters.items() if array.ndim >= 2}


class Lion(Optimizer):
    """θ ← θ − α sgn(β m + (1 − β) g), then m ← 0.99 m + 0.01 g (Chen et al. 2023)."""

    def __init__(self, learning_rate: float = 1e-4, beta: float = 0.9) -> None:
        self.learning_rate, self.beta = learning_rate, beta
        self.m: dict[str, Array] = {}  # a dict by parameter name: checkpoints keep it

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Update every parameter in place."""
        for name, g in gradients.items():
            m = self.m.setdefault(name, np.zeros_like(g))
            theta = parameters[name]
            theta -= self.learning_rate * np.sign(self.beta * m + (1 - self.beta) * g)
            m += 0.01 * (g - m)


class LeakyRNN(Model):
    """h_t = (1 − a) h_{t−1} + a c_t with c_t = tanh(x_t W_x + h_{t−1} W_h + b)."""

    def __init__(
        self, input_size: int, hidden_size: int, leak: float = 0.5, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.leak = leak
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, H)))
        self.add_parameter("b", np.zeros(H))

    def initial_state(self, batch_size: int) -> Array:
        """Return zeros `(N, H)`."""
        b = self.parameters["b"]
        return np.zeros((batch_size, len(b)), b.dtype)

    def forward(self, x: Array, state: Array | None = None, mask: Array | None = None) -> Array:
        """Return all states `(N, T, H)` of `x: (N, T, D)`; padding keeps the state."""
        W_x, W_h, b = (self.parameters[name] for name in ("W_x", "W_h", "b"))
        h = self.initial_state(len(x)) if state is None else state
        words = np.ones(x.shape[:2], x.dtype) if mask is None else mask.astype(x.dtype)
        self._x, self._a, self._c, self._h = x, self.leak * words[..., None], [], [h]
        for t in range(x.shape[1]):
            c, a = np.tanh(x[:, t] @ W_x + h @ W_h + b), self._a[:, t]
            h = (1 - a) * h + a * c
            self._c.append(c)
            self._h.append(h)
        self.state = h
        return np.stack(self._h[1:], axis=1)

    def backward(self, grad_h: Array) -> tuple[Array, Array]:
        """Add the gradients of the parameters; return those of x and of the first state."""
        grad_x, later = np.empty_like(self._x), np.zeros_like(self._h[0])
        for t in reversed(range(self._x.shape[1])):
            grad, a = grad_h[:, t] + later, self._a[:, t]
            grad_z = grad * a * (1 - self._c[t] ** 2)
            self.gradients["W_x"] += self._x[:, t].T @ grad_z
            self.gradients["W_h"] += self._h[t].T @ grad_z
            self.gradients["b"] += grad_z.sum(axis=0)
            grad_x[:, t] = grad_z @ self.parameters["W_x"].T
            later = (1 - a) * grad + grad_z @ self.parameters["W_h"].T
        return grad_x, later


#: Kind, name and class of what the provider `week3` offers.
OFFERED: tuple[tuple[str, str, type[Any]], ...] = (
    ("loss", "label_smoothing", LabelSmoothing),
    ("penalty", "elastic", Elastic),
    ("optimizer", "lion", Lion),
    ("model", "leaky_rnn", LeakyRNN),
)


@hookimpl
def register_implementations() -> list[Implementation]:
    """Offer the four under the provider `week3`."""
    return [
        Implementation(kind, name, "week3", f"{__file__}:{offered.__name__}")
        for kind, name, offered in OFFERED
    ]
