"""PyTorch: `_foreach` operations for the decay, Adam written out, and tensors in the loop."""

import math

import torch


class WarmupCosine:
    def __init__(self, learning_rate, warmup=0.1, least=0.1, steps=1000):
        if not (learning_rate > 0 and 0 <= warmup < 1 and 0 <= least <= 1 and steps >= 1):
            raise ValueError("settings")
        self.learning_rate, self.warmup = learning_rate, warmup
        self.least, self.steps = least, steps

    def rate_at(self, share):
        if not 0 <= share <= 1:
            raise ValueError("share")
        if share < self.warmup:
            return self.learning_rate * (share / self.warmup)
        cosine = math.cos(math.pi * (share - self.warmup) / (1 - self.warmup))
        middle, half = (1 + self.least) / 2, (1 - self.least) / 2
        return self.learning_rate * (middle + half * cosine)

    def rate(self, step):
        if step < 0:
            raise ValueError("step")
        return self.rate_at(min(step, self.steps) / self.steps)


class AdamW:
    def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01):
        if weight_decay < 0:
            raise ValueError("weight_decay")
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.m, self.v, self.t = {}, {}, {}

    @torch.no_grad()
    def step(self, parameters, gradients):
        weights = [x for x in parameters.values() if x.dim() > 1]
        if weights:
            torch._foreach_mul_(weights, 1 - self.learning_rate * self.weight_decay)
        for name, x in parameters.items():
            g = gradients[name]
            self.t[name] = t = self.t.get(name, 0) + 1
            m = self.m.setdefault(name, torch.zeros_like(x))
            v = self.v.setdefault(name, torch.zeros_like(x))
            m.lerp_(g, 1 - self.beta1)
            v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
            root = (v / (1 - self.beta2**t)).sqrt_().add_(self.epsilon)
            x.addcdiv_(m / (1 - self.beta1**t), root, value=-self.learning_rate)


def accumulate(model, loss, batches):
    total = sum(targets.numel() for _, targets in batches)
    if not total:
        raise ValueError("no target")
    model.zero_gradients()
    value = 0.0
    for x, targets in batches:
        share = targets.numel() / total
        value += share * float(loss.forward(model.forward(x), targets))
        model.backward(share * loss.backward())
    return value
