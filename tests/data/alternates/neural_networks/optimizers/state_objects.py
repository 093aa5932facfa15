"""A record for each parameter inside dicts by name; np.add with out; typed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework.interfaces import Array, Optimizer

Change = Callable[[str, Array], Array]


def _apply(parameters, gradients, change: Change) -> None:
    for name in sorted(parameters):
        np.add(parameters[name], change(name, gradients[name]), out=parameters[name])


class SGD(Optimizer):
    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def step(self, parameters, gradients) -> None:
        _apply(parameters, gradients, lambda name, g: g * -self.learning_rate)


class Momentum(Optimizer):
    def __init__(self, learning_rate: float, mu: float = 0.9) -> None:
        self.learning_rate, self.mu, self.v = learning_rate, mu, {}

    def step(self, parameters, gradients) -> None:
        def change(name, g):
            self.v[name] = self.mu * self.v.get(name, g * 0) - self.learning_rate * g
            return self.v[name]

        _apply(parameters, gradients, change)


class AdaGrad(Optimizer):
    def __init__(self, learning_rate: float, epsilon: float = 1e-8) -> None:
        self.learning_rate, self.epsilon, self.cache = learning_rate, epsilon, {}

    def step(self, parameters, gradients) -> None:
        def change(name, g):
            self.cache[name] = self.cache.get(name, g * 0) + g * g
            return -self.learning_rate * g / np.sqrt(self.cache[name] + self.epsilon)

        _apply(parameters, gradients, change)


class RMSProp(Optimizer):
    def __init__(self, learning_rate: float, decay: float = 0.9, epsilon: float = 1e-8) -> None:
        self.learning_rate, self.decay, self.epsilon = learning_rate, decay, epsilon
        self.cache: dict[str, Array] = {}

    def step(self, parameters, gradients) -> None:
        def change(name, g):
            old = self.cache.get(name, g * 0)
            self.cache[name] = self.decay * old + (1 - self.decay) * g * g
            return g * -self.learning_rate / (self.epsilon + np.sqrt(self.cache[name]))

        _apply(parameters, gradients, change)


class Adam(Optimizer):
    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        bias_correction: bool = True,
    ) -> None:
        self.learning_rate, self.betas, self.epsilon = learning_rate, (beta1, beta2), epsilon
        self.bias_correction = bias_correction
        self.m: dict[str, Array] = {}
        self.v: dict[str, Array] = {}
        self.t: dict[str, int] = {}

    def step(self, parameters, gradients) -> None:
        _apply(parameters, gradients, self._change)

    def _change(self, name: str, g: Array) -> Array:
        self.t[name] = self.t.get(name, 0) + 1
        averages = []
        for memory, beta, value in zip((self.m, self.v), self.betas, (g, g * g), strict=True):
            memory[name] = beta * memory.get(name, g * 0) + (1 - beta) * value
            correction = 1 - beta ** self.t[name] if self.bias_correction else 1
            averages.append(memory[name] / correction)
        m, v = averages
        return -self.learning_rate * m / (np.sqrt(v) + self.epsilon)
