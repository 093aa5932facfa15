"""Layers, losses and optimizers, on JAX arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from framework.interfaces import Loss, Model, Optimizer, Parameters
from framework.models.differentiated import DifferentiatedModel
from plugins.networks.shared import connections

#: Of the exercise `shortcuts`: they only compose.
DenseConnection, Residual = connections.DenseConnection, connections.Residual


def check(holds: Any, message: str) -> None:
    """Raise a ValueError with the `message` if a condition does not hold."""
    if not holds:
        raise ValueError(message)


def sigmoid(z: Any) -> Any:
    """σ(z) = 1 / (1 + exp(−z)), without overflow."""
    return jnp.exp(jax.nn.log_sigmoid(z))


class Affine(DifferentiatedModel):
    """z = x W + b."""

    def __init__(self, input_size: int, output_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.input_size, shape = input_size, (input_size, output_size)
        self.add_parameter("W", rng.normal(scale=input_size**-0.5, size=shape))
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x: Any) -> Any:
        check(x.shape[-1:] == (self.input_size,), f"{x.shape} is not (..., {self.input_size})")
        return super().forward(x)

    compute = staticmethod(lambda p, x: x @ p["W"] + p["b"])


class Sigmoid(DifferentiatedModel):
    """σ(z)."""

    compute = staticmethod(lambda p, z: sigmoid(z))


class Tanh(DifferentiatedModel):
    """tanh(z)."""

    compute = staticmethod(lambda p, z: jnp.tanh(z))


class ReLU(DifferentiatedModel):
    """max(z, 0), with the derivative 0 at 0."""

    compute = staticmethod(lambda p, z: jax.nn.relu(z))


class Highway(DifferentiatedModel):
    """y = t ∘ ReLU(x W_h + b_h) + (1 − t) ∘ x, with the gate t = σ(x W_t + b_t)."""

    def __init__(self, size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.size = size
        for name, bias in (("h", 0.0), ("t", -2.0)):
            self.add_parameter(f"W_{name}", rng.normal(scale=size**-0.5, size=(size, size)))
            self.add_parameter(f"b_{name}", np.full(size, bias))

    def forward(self, x: Any) -> Any:
        check(x.shape[-1] == self.size, f"x {x.shape} is not (..., {self.size})")
        return super().forward(x)

    @staticmethod
    def compute(p: Mapping[str, Any], x: Any) -> Any:
        t = sigmoid(x @ p["W_t"] + p["b_t"])
        return t * jax.nn.relu(x @ p["W_h"] + p["b_h"]) + (1 - t) * x


class Dropout(Model):
    """In training every entry is kept with probability p, else 0."""

    one_mask = False

    def __init__(self, keep_probability: float, *, inverted: bool = False, rng: Any) -> None:
        super().__init__()
        check(0 < keep_probability <= 1, f"a probability is in (0, 1], not {keep_probability}")
        self.p, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x: Any) -> Any:
        shape, p = (x.shape[0], 1, x.shape[2]) if self.one_mask else x.shape, self.p
        kept = self.rng.random(shape) < p if self.training else p
        self._factors = jnp.asarray(kept / (p if self.inverted else 1), x.dtype)
        return x * self._factors

    def backward(self, grad_output: Any) -> Any:
        return grad_output * self._factors


class VariationalDropout(Dropout):
    """Dropout of sequences `(N, T, D)` with one mask for all steps."""

    one_mask = True


def average_over_masks(f: Callable[[Any], Any], x: Any, keep_probability: float) -> Any:
    """Σ over all 2ⁿ masks m of P(m) f(x ∘ m)."""
    masks = np.indices((2,) * len(x)).reshape(len(x), -1).T.astype(x.dtype)
    kept = masks.sum(1)
    shares = keep_probability**kept * (1 - keep_probability) ** (len(x) - kept)
    return jnp.tensordot(shares, jnp.stack([jnp.asarray(f(x * mask)) for mask in masks]), axes=1)


def monte_carlo(model: Any, x: Any, samples: int) -> tuple[Any, Any]:
    """Mean and standard deviation over passes in training mode; evaluation mode afterwards."""
    model.train()
    outputs = jnp.stack([model.forward(x) for _ in range(samples)])
    model.eval()
    return outputs.mean(0), outputs.std(0)


class MaxMarginLoss(Loss):
    """J = 1/N Σ_n max(0, Δ + s_c,n − s_n)."""

    def __init__(self, margin: float = 1.0) -> None:
        check(margin >= 0, f"a margin is not negative, as {margin}")
        self.margin = margin

    def forward(self, true_scores: Any, corrupt_scores: Any) -> Any:
        shapes = true_scores.shape, corrupt_scores.shape
        check(shapes[0] == shapes[1] and true_scores.size > 0, f"pairs of scores, not {shapes}")
        loss = jax.value_and_grad(lambda s, s_c: jax.nn.relu(self.margin + s_c - s).mean(), (0, 1))
        value, self._slopes = loss(true_scores, corrupt_scores)
        return value

    def backward(self) -> Any:
        return self._slopes


class SoftmaxCrossEntropy(Loss):
    """J = −1/M Σ_m log softmax(z_m)[y_m]."""

    def forward(self, logits: Any, targets: Any) -> Any:
        fits = logits.shape[:-1] == targets.shape and targets.size > 0
        check(fits, f"logits {logits.shape} do not fit targets {targets.shape}")
        if not 0 <= targets.min() <= targets.max() < logits.shape[-1]:
            raise IndexError(f"targets must be classes 0 to {logits.shape[-1] - 1}")
        value, self._slope = _cross_entropy(logits, targets)
        return value

    def backward(self) -> Any:
        return self._slope


@jax.jit
@jax.value_and_grad
def _cross_entropy(logits: Any, targets: Any) -> Any:
    log_p = jax.nn.log_softmax(logits)
    return -jnp.take_along_axis(log_p, targets[..., None], axis=-1).mean()


class SGD(Optimizer):
    """x ← x − α g, as a new array."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: Parameters, gradients: Mapping[str, Any]) -> None:
        for name, x in parameters.items():
            parameters[name] = x - self.learning_rate * gradients[name]


class Adam(Optimizer):
    """x ← x − α m̂ / (√v̂ + ε), as a new array."""

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.epsilon = epsilon
        self.m: dict[str, Any] = {}
        self.v: dict[str, Any] = {}
        self.t: dict[str, int] = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Any]) -> None:
        for name, x in parameters.items():
            self.t[name] = self.t.get(name, 0) + 1
            memory = self.m.get(name, 0 * x), self.v.get(name, 0 * x)
            rates = self.learning_rate, self.beta1, self.beta2, self.epsilon, self.t[name]
            moved = _moved(x, gradients[name], *memory, *rates)
            parameters[name], self.m[name], self.v[name] = moved


@jax.jit
def _moved(x: Any, g: Any, m: Any, v: Any, rate: Any, b1: Any, b2: Any, e: Any, t: Any) -> Any:
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
    step = rate * m / (1 - b1**t) / (jnp.sqrt(v / (1 - b2**t)) + e)
    return tuple(array.astype(x.dtype) for array in (x - step, m, v))
