"""Every entry of every parameter by itself, with Python's own numbers."""

import math
from collections import defaultdict

import numpy as np

from framework.interfaces import Optimizer


class ByEntry(Optimizer):
    def step(self, parameters, gradients):
        for name, x in parameters.items():
            for index in np.ndindex(x.shape):
                x[index] -= self.move((name, index), float(gradients[name][index]))


class SGD(ByEntry):
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def move(self, key, g):
        return self.learning_rate * g


class Momentum(ByEntry):
    def __init__(self, learning_rate, mu=0.9):
        self.learning_rate, self.mu = learning_rate, mu
        self.v = defaultdict(float)

    def move(self, key, g):
        self.v[key] = self.mu * self.v[key] - self.learning_rate * g
        return -self.v[key]


class AdaGrad(ByEntry):
    def __init__(self, learning_rate, epsilon=1e-8):
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.cache = defaultdict(float)

    def move(self, key, g):
        self.cache[key] += g * g
        return self.learning_rate * g / math.sqrt(self.cache[key] + self.epsilon)


class RMSProp(ByEntry):
    def __init__(self, learning_rate, decay=0.9, epsilon=1e-8):
        self.learning_rate, self.decay, self.epsilon = learning_rate, decay, epsilon
        self.cache = defaultdict(float)

    def move(self, key, g):
        self.cache[key] = self.decay * self.cache[key] + (1 - self.decay) * g * g
        return self.learning_rate * g / (math.sqrt(self.cache[key]) + self.epsilon)


class Adam(ByEntry):
    def __init__(
        self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, bias_correction=True
    ):
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.epsilon, self.bias_correction = epsilon, bias_correction
        self.m, self.v, self.t = defaultdict(float), defaultdict(float), defaultdict(int)

    def move(self, key, g):
        self.t[key] += 1
        self.m[key] = m = self.beta1 * self.m[key] + (1 - self.beta1) * g
        self.v[key] = v = self.beta2 * self.v[key] + (1 - self.beta2) * g * g
        if self.bias_correction:
            m, v = m / (1 - self.beta1 ** self.t[key]), v / (1 - self.beta2 ** self.t[key])
        return self.learning_rate * m / (math.sqrt(v) + self.epsilon)
