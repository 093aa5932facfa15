"""A rate by interpolation, a decay that is taken off after the step, one division at the end."""

import numpy as np

from framework.interfaces import Optimizer, Schedule
from framework.models.parts import part


class WarmupCosine(Schedule):
    def __init__(self, learning_rate, warmup=0.1, least=0.1, steps=1000):
        if not (learning_rate > 0 and 0 <= warmup < 1 and 0 <= least <= 1 and steps >= 1):
            raise ValueError(f"rate {learning_rate}, warmup {warmup}, least {least}, steps {steps}")
        self.learning_rate, self.steps = learning_rate, steps
        self.warmup, self.least = warmup, least

    def rate_at(self, share):
        if not 0 <= share <= 1:
            raise ValueError(f"share {share}")
        if share < self.warmup:
            return float(np.interp(share, [0, self.warmup], [0, self.learning_rate]))
        angle = float(np.interp(share, [self.warmup, 1], [0, np.pi]))
        middle, half = (1 + self.least) / 2, (1 - self.least) / 2
        return self.learning_rate * (middle + half * float(np.cos(angle)))

    def rate(self, step):
        if not step >= 0:
            raise ValueError(f"step {step}")
        return self.rate_at(float(np.clip(step / self.steps, 0, 1)))


class AdamW(Optimizer):
    def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01):
        if not weight_decay >= 0:
            raise ValueError(f"weight_decay {weight_decay}")
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.adam = part("adam")(learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon)

    def step(self, parameters, gradients):
        self.adam.learning_rate = self.learning_rate
        lost = {
            name: self.learning_rate * self.weight_decay * x
            for name, x in parameters.items()
            if x.ndim > 1
        }
        self.adam.step(parameters, gradients)
        for name, part_of_it in lost.items():
            parameters[name] -= part_of_it

    def state(self):
        return Optimizer.state(self.adam)

    def restore(self, state):
        Optimizer.restore(self.adam, state)


def accumulate(model, loss, batches):
    model.zero_gradients()
    total, targets_seen = 0.0, 0
    for x, y in batches:
        total += loss.forward(model.forward(x), y) * y.size
        targets_seen += y.size
        model.backward(loss.backward() * y.size)
    if not targets_seen:
        raise ValueError("no targets")
    for gradient in model.gradients.values():
        gradient /= targets_seen
    return total / targets_seen
