"""A base class loops over the names; each optimizer returns the change of one array."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Optimizer


class _PerParameter(Optimizer):
    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def change(self, name: str, g: Array) -> Array:
        raise NotImplementedError

    def step(self, parameters: dict, gradients: dict) -> None:
        for name, x in parameters.items():
            x[...] = x + self.change(name, gradients[name])


class SGD(_PerParameter):
    def change(self, name: str, g: Array) -> Array:
        return -self.learning_rate * g


class Momentum(_PerParameter):
    def __init__(self, learning_rate: float, mu: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.mu = mu
        self.v: dict[str, Array] = {}

    def change(self, name: str, g: Array) -> Array:
        self.v.setdefault(name, np.zeros(g.shape, g.dtype))
        self.v[name] = self.v[name] * self.mu - g * self.learning_rate
        return self.v[name]


class AdaGrad(_PerParameter):
    def __init__(self, learning_rate: float, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.epsilon = epsilon
        self.cache: dict[str, Array] = {}

    def change(self, name: str, g: Array) -> Array:
        self.cache.setdefault(name, np.zeros(g.shape, g.dtype))
        self.cache[name] += g**2
        return -self.learning_rate * g * (self.cache[name] + self.epsilon) ** -0.5


class RMSProp(_PerParameter):
    def __init__(self, learning_rate: float, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.decay, self.epsilon = decay, epsilon
        self.cache: dict[str, Array] = {}

    def change(self, name: str, g: Array) -> Array:
        self.cache.setdefault(name, np.zeros(g.shape, g.dtype))
        self.cache[name] *= self.decay
        self.cache[name] += (1 - self.decay) * g * g
        return -self.learning_rate * g / (self.cache[name] ** 0.5 + self.epsilon)


class Adam(_PerParameter):
    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        bias_correction: bool = True,
    ) -> None:
        super().__init__(learning_rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.bias_correction = bias_correction
        self.m: dict[str, Array] = {}
        self.v: dict[str, Array] = {}
        self.t: dict[str, int] = {}

    def change(self, name: str, g: Array) -> Array:
        m = self.m.get(name, np.zeros_like(g))
        v = self.v.get(name, np.zeros_like(g))
        t = self.t.get(name, 0) + 1
        m = np.average([m, g], axis=0, weights=[self.beta1, 1 - self.beta1]).astype(g.dtype)
        v = np.average([v, g**2], axis=0, weights=[self.beta2, 1 - self.beta2]).astype(g.dtype)
        self.m[name], self.v[name], self.t[name] = m, v, t
        if self.bias_correction:
            m, v = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return -self.learning_rate * m / (np.sqrt(v) + self.epsilon)
