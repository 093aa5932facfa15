"""Prints, keeps its state in one place per name, and tests itself under ``__main__``."""

import numpy as np

from framework.interfaces import Optimizer

print("five optimizers")


def _state(memory, name, like):
    if name not in memory:
        memory[name] = 0 * like
    return memory[name]


class SGD(Optimizer):
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def step(self, parameters, gradients):
        for name, g in gradients.items():
            parameters[name] -= self.learning_rate * g


class Momentum(Optimizer):
    def __init__(self, learning_rate, mu=0.9):
        self.learning_rate = learning_rate
        self.mu = mu
        self.v = {}

    def step(self, parameters, gradients):
        for name, g in gradients.items():
            v = _state(self.v, name, g)
            v *= self.mu
            v -= self.learning_rate * g
            parameters[name] += v


class AdaGrad(Optimizer):
    def __init__(self, learning_rate, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.epsilon = epsilon
        self.cache = {}

    def step(self, parameters, gradients):
        for name, g in gradients.items():
            c = _state(self.cache, name, g)
            c += np.square(g)
            parameters[name] -= np.divide(self.learning_rate, np.sqrt(c + self.epsilon)) * g


class RMSProp(Optimizer):
    def __init__(self, learning_rate, decay=0.9, epsilon=1e-8):
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon
        self.cache = {}

    def step(self, parameters, gradients):
        for name, g in gradients.items():
            c = _state(self.cache, name, g)
            c[...] = self.decay * c + (1 - self.decay) * np.square(g)
            parameters[name] -= self.learning_rate / (np.sqrt(c) + self.epsilon) * g


class Adam(Optimizer):
    def __init__(
        self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, bias_correction=True
    ):
        self.learning_rate = learning_rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.bias_correction = bias_correction
        self.m = {}
        self.v = {}
        self.t = {}

    def step(self, parameters, gradients):
        for name, g in gradients.items():
            self.m[name] = self.beta1 * _state(self.m, name, g) + (1 - self.beta1) * g
            self.v[name] = self.beta2 * _state(self.v, name, g) + (1 - self.beta2) * g * g
            self.t[name] = self.t.get(name, 0) + 1
            one, two = 1, 1
            if self.bias_correction:
                one -= self.beta1 ** self.t[name]
                two -= self.beta2 ** self.t[name]
            update = (self.m[name] / one) / ((self.v[name] / two) ** 0.5 + self.epsilon)
            parameters[name] -= self.learning_rate * update


if __name__ == "__main__":
    x = {"x": np.array([1.0])}
    SGD(0.1).step(x, {"x": np.array([2.0])})
    assert x["x"] == 0.8
