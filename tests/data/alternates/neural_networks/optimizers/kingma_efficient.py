"""Adam in its efficient form: the corrections are in the rate and in ε."""

from collections import defaultdict

import numpy as np

from framework.interfaces import Optimizer

np.seterr(all="raise", under="ignore")


class SGD(Optimizer):
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            np.subtract(x, self.learning_rate * gradients[name], out=x)


class Momentum(Optimizer):
    def __init__(self, learning_rate, mu=0.9):
        self.learning_rate, self.mu, self.v = learning_rate, mu, {}

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            before = self.v.get(name, np.zeros_like(x))
            self.v[name] = self.mu * before - self.learning_rate * gradients[name]
            x += self.v[name]


class AdaGrad(Optimizer):
    def __init__(self, learning_rate, epsilon=1e-8):
        self.learning_rate, self.epsilon, self.cache = learning_rate, epsilon, {}

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            g = gradients[name]
            self.cache[name] = self.cache.get(name, 0) + g * g
            x -= self.learning_rate * g / np.sqrt(self.cache[name] + self.epsilon)


class RMSProp(Optimizer):
    def __init__(self, learning_rate, decay=0.9, epsilon=1e-8):
        self.learning_rate, self.decay, self.epsilon = learning_rate, decay, epsilon
        self.cache = {}

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            g = gradients[name]
            c = self.cache.get(name, np.zeros_like(x))
            self.cache[name] = c + (1 - self.decay) * (g**2 - c)
            x -= self.learning_rate * g / (np.sqrt(self.cache[name]) + self.epsilon)


class Adam(Optimizer):
    def __init__(
        self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, bias_correction=True
    ):
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.epsilon, self.bias_correction = epsilon, bias_correction
        self.m, self.v, self.t = {}, {}, defaultdict(int)

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            g = gradients[name]
            if name not in self.m:
                self.m[name], self.v[name] = np.zeros_like(x), np.zeros_like(x)
            self.t[name] += 1
            m, v, t = self.m[name], self.v[name], self.t[name]
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g**2 - v)
            rate, epsilon = self.learning_rate, self.epsilon
            if self.bias_correction:
                root = np.sqrt(1 - self.beta2**t)
                rate, epsilon = rate * root / (1 - self.beta1**t), epsilon * root
            x -= rate * m / (np.sqrt(v) + epsilon)
