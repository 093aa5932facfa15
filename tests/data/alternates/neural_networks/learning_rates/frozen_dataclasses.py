"""Schedules as frozen dataclasses whose post-init checks the arguments."""

import math
from dataclasses import dataclass

import numpy as np

from framework.interfaces import Schedule


def _require(condition, message):
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True)
class StepDecay(Schedule):
    learning_rate: float
    factor: float
    every: int

    def __post_init__(self):
        _require(self.learning_rate > 0, "learning_rate")
        _require(0 < self.factor <= 1, "factor")
        _require(self.every >= 1, "every")

    def rate(self, step):
        _require(step >= 0, "step")
        times, _ = divmod(step, self.every)
        return self.learning_rate * math.pow(self.factor, times)


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    learning_rate: float
    decay: float

    def __post_init__(self):
        _require(self.learning_rate > 0, "learning_rate")
        _require(self.decay >= 0, "decay")

    def rate(self, step):
        _require(step >= 0, "step")
        return self.learning_rate / math.exp(self.decay * step)


@dataclass(frozen=True)
class InverseDecay(Schedule):
    learning_rate: float
    tau: float

    def __post_init__(self):
        _require(self.learning_rate > 0, "learning_rate")
        _require(self.tau > 0, "tau")

    def rate(self, step):
        _require(step >= 0, "step")
        return self.learning_rate * min(1, self.tau / step) if step else self.learning_rate


def fan_in_rate(learning_rate, fan_in):
    _require(learning_rate > 0 and fan_in >= 1, "arguments")
    return learning_rate * fan_in**-0.5


def gradient_descent(gradient, start, schedule, steps):
    theta = np.array(start, dtype=float)
    path = np.empty((steps + 1, len(theta)))
    path[0] = theta
    for t in range(1, steps + 1):
        theta = theta - schedule.rate(t - 1) * gradient(theta)
        path[t] = theta
    return path
