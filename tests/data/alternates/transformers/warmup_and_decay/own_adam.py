"""AdamW with averages of its own, gradients put together by hand, a cosine of half the angle."""

import math

import numpy as np

from framework.interfaces import Optimizer, Schedule


class WarmupCosine(Schedule):
    def __init__(self, learning_rate, warmup=0.1, least=0.1, steps=1000):
        if not (learning_rate > 0 and 0 <= warmup < 1 and 0 <= least <= 1 and steps >= 1):
            raise ValueError("settings")
        self.top, self.warmup, self.steps = learning_rate, warmup, steps
        self.bottom = least * learning_rate

    def rate_at(self, share):
        if not 0 <= share <= 1:
            raise ValueError("share")
        if self.warmup and share <= self.warmup:
            return share / self.warmup * self.top
        way = (share - self.warmup) / (1 - self.warmup)
        return self.top - (self.top - self.bottom) * math.sin(way * math.pi / 2) ** 2

    def rate(self, step):
        if step < 0:
            raise ValueError("step")
        return self.rate_at(1.0 if step > self.steps else step / self.steps)


class AdamW(Optimizer):
    def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01):
        if weight_decay < 0:
            raise ValueError("weight_decay")
        self.learning_rate, self.betas, self.epsilon = learning_rate, (beta1, beta2), epsilon
        self.weight_decay = weight_decay
        self.m, self.v, self.t = {}, {}, {}

    def step(self, parameters, gradients):
        b1, b2 = self.betas
        for name, x in parameters.items():
            g, t = gradients[name], self.t.get(name, 0) + 1
            self.t[name] = t
            self.m[name] = b1 * self.m.get(name, 0.0) + (1 - b1) * g
            self.v[name] = b2 * self.v.get(name, 0.0) + (1 - b2) * g * g
            root = np.sqrt(self.v[name] / (1 - b2**t)) + self.epsilon
            change = self.m[name] / (1 - b1**t) / root
            if len(x.shape) > 1:
                change = change + self.weight_decay * x
            x -= self.learning_rate * change


def accumulate(model, loss, batches):
    counts = [targets.size for _, targets in batches]
    if sum(counts) == 0:
        raise ValueError("no target")
    losses, sums = [], dict.fromkeys(model.gradients, 0.0)
    for (x, targets), count in zip(batches, counts, strict=True):
        model.zero_gradients()
        losses.append(loss.forward(model.forward(x), targets) * count)
        model.backward(loss.backward())
        for name, gradient in model.gradients.items():
            sums[name] = sums[name] + gradient * count
    for name, total in sums.items():
        model.gradients[name][...] = total / sum(counts)
    return sum(losses) / sum(counts)
