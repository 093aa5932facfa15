"""PyTorch's fused in-place operations."""

import torch


class SGD:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    @torch.no_grad()
    def step(self, parameters, gradients):
        for name, x in parameters.items():
            x.add_(gradients[name], alpha=-self.learning_rate)


class Momentum:
    def __init__(self, learning_rate, mu=0.9):
        self.learning_rate, self.mu = learning_rate, mu
        self.v = {}

    @torch.no_grad()
    def step(self, parameters, gradients):
        for name, x in parameters.items():
            v = self.v.setdefault(name, torch.zeros_like(x))
            x.add_(v.mul_(self.mu).sub_(gradients[name], alpha=self.learning_rate))


class AdaGrad:
    def __init__(self, learning_rate, epsilon=1e-8):
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.cache = {}

    @torch.no_grad()
    def step(self, parameters, gradients):
        for name, x in parameters.items():
            g = gradients[name]
            cache = self.cache.setdefault(name, torch.zeros_like(x)).addcmul_(g, g)
            x.addcmul_(g, torch.rsqrt(cache + self.epsilon), value=-self.learning_rate)


class RMSProp:
    def __init__(self, learning_rate, decay=0.9, epsilon=1e-8):
        self.learning_rate, self.decay, self.epsilon = learning_rate, decay, epsilon
        self.cache = {}

    @torch.no_grad()
    def step(self, parameters, gradients):
        for name, x in parameters.items():
            g, cache = gradients[name], self.cache.setdefault(name, torch.zeros_like(x))
            cache.mul_(self.decay).addcmul_(g, g, value=1 - self.decay)
            x.addcdiv_(g, cache.sqrt().add_(self.epsilon), value=-self.learning_rate)


class Adam:
    def __init__(
        self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, bias_correction=True
    ):
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.epsilon, self.bias_correction = epsilon, bias_correction
        self.memories = {}

    @torch.no_grad()
    def step(self, parameters, gradients):
        for name, x in parameters.items():
            fresh = (torch.zeros_like(x), torch.zeros_like(x), 0)
            m, v, t = self.memories.get(name, fresh)
            m = torch.lerp(m, gradients[name], 1 - self.beta1)
            v = torch.lerp(v, gradients[name].square(), 1 - self.beta2)
            self.memories[name] = m, v, t + 1
            if self.bias_correction:
                m, v = m / (1 - self.beta1 ** (t + 1)), v / (1 - self.beta2 ** (t + 1))
            x.addcdiv_(m, v.sqrt() + self.epsilon, value=-self.learning_rate)
