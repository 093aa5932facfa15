"""Memories that are made once and then updated in place, with sums in another order."""

import numpy as np

from framework.interfaces import Optimizer


def memory(memories, name, x):
    if name not in memories:
        memories[name] = np.zeros_like(x)
    return memories[name]


class SGD(Optimizer):
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def step(self, parameters, gradients):
        for name in gradients:
            np.subtract(
                parameters[name], self.learning_rate * gradients[name], out=parameters[name]
            )


class Momentum(Optimizer):
    def __init__(self, learning_rate, mu=0.9):
        self.learning_rate, self.mu = learning_rate, mu
        self.v = {}

    def step(self, parameters, gradients):
        for name in sorted(parameters):
            v = memory(self.v, name, parameters[name])
            v *= self.mu
            v -= gradients[name] * self.learning_rate
            parameters[name][...] += v


class AdaGrad(Optimizer):
    def __init__(self, learning_rate, epsilon=1e-8):
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.cache = {}

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            cache = memory(self.cache, name, x)
            cache += gradients[name] * gradients[name]
            x -= self.learning_rate * (gradients[name] * (cache + self.epsilon) ** -0.5)


class RMSProp(Optimizer):
    def __init__(self, learning_rate, decay=0.9, epsilon=1e-8):
        self.learning_rate, self.decay, self.epsilon = learning_rate, decay, epsilon
        self.cache = {}

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            g, cache = gradients[name], memory(self.cache, name, x)
            cache += (1 - self.decay) * (g * g - cache)
            x += -self.learning_rate / (np.sqrt(cache) + self.epsilon) * g


class Adam(Optimizer):
    def __init__(
        self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, bias_correction=True
    ):
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.epsilon, self.bias_correction = epsilon, bias_correction
        self.m, self.v, self.powers = {}, {}, {}

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            g = gradients[name]
            m, v = memory(self.m, name, x), memory(self.v, name, x)
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g * g - v)
            b1, b2 = self.powers.get(name, (1.0, 1.0))
            b1, b2 = self.powers[name] = b1 * self.beta1, b2 * self.beta2
            if not self.bias_correction:
                b1 = b2 = 0.0
            x -= self.learning_rate / (1 - b1) * m / (np.sqrt(v / (1 - b2)) + self.epsilon)
