"""The loss and the optimizers of training that need no course.

Trained checks always use them, so that they need no solution. `gradus train` uses them in courses
whose exercises define none, and in student kits.

Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Loss, Optimizer, Parameters


class SoftmaxCrossEntropy(Loss):
    """J = −1/M Σ_m log softmax(z_m)[y_m], for M predictions among C classes."""

    def forward(self, logits: Array, targets: Array) -> float:
        """Compute J.

        Args:
            logits: scores z, `(..., C)`.
            targets: classes y, `(...)` integers in 0 ... C−1.

        Raises:
            ValueError: the shapes do not fit, or there is no target.
            IndexError: a target that is no class.
        """
        if logits.shape[:-1] != targets.shape or targets.size == 0:
            shapes = f"{logits.shape} and {targets.shape}"
            raise ValueError(f"logits (..., C) need targets (...), but these have {shapes}")
        if np.any((targets < 0) | (targets >= logits.shape[-1])):
            raise IndexError(f"targets must be classes 0 to {logits.shape[-1] - 1}")
        shifted = logits - logits.max(axis=-1, keepdims=True)
        self._log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        self._targets = targets[..., None]
        return -float(np.take_along_axis(self._log_p, self._targets, axis=-1).mean())

    def backward(self) -> Array:
        """∂J/∂z = (softmax(z) − onehot(y)) / M, in the shape of the logits."""
        grad: Array = np.exp(self._log_p)
        right = np.take_along_axis(grad, self._targets, axis=-1)
        np.put_along_axis(grad, self._targets, right - 1, axis=-1)
        return grad / self._targets.size


class SGD(Optimizer):
    """x ← x − α g.

    Args:
        learning_rate: α.
    """

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Move every array of `parameters` in place."""
        for name, x in parameters.items():
            x -= self.learning_rate * gradients[name]


class Adam(Optimizer):
    """x ← x − α m̂ / (√v̂ + ε), with running means m of g and v of g², corrected for their start.

    Args:
        learning_rate: α.
        beta1: decay of m.
        beta2: decay of v.
        epsilon: ε, outside the root.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta1, self.beta2 = beta1, beta2
        self.m: Parameters = {}
        self.v: Parameters = {}
        self.t: dict[str, int] = {}

    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Move every array of `parameters` in place; m, v and t are kept per name."""
        for name, x in parameters.items():
            m, v = self._means(name, gradients[name])
            x -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)

    def _means(self, name: str, g: Array) -> tuple[Array, Array]:
        """Return m̂ and v̂ after one more gradient `g` of the parameter `name`."""
        t = self.t[name] = self.t.get(name, 0) + 1
        m = self.m.setdefault(name, np.zeros_like(g))
        v = self.v.setdefault(name, np.zeros_like(g))
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        return m / (1 - self.beta1**t), v / (1 - self.beta2**t)
