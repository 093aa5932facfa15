"""Rates as exponentials of sums."""

import math

import numpy as np


def check(*conditions):
    if not all(conditions):
        raise ValueError("outside its range")


class StepDecay:
    def __init__(self, learning_rate, factor, every):
        check(learning_rate > 0, 0 < factor <= 1, every >= 1)
        self.start, self.slope, self.every = math.log(learning_rate), math.log(factor), every

    def rate(self, step):
        check(step >= 0)
        return math.exp(self.start + self.slope * math.floor(step / self.every))


class ExponentialDecay:
    def __init__(self, learning_rate, decay):
        check(learning_rate > 0, decay >= 0)
        self.start, self.decay = math.log(learning_rate), decay

    def rate(self, step):
        check(step >= 0)
        return math.exp(self.start - self.decay * step)


class InverseDecay:
    def __init__(self, learning_rate, tau):
        check(learning_rate > 0, tau > 0)
        self.learning_rate, self.tau = learning_rate, tau

    def rate(self, step):
        check(step >= 0)
        return self.learning_rate * min(1.0, self.tau / step if step else 1.0)


def fan_in_rate(learning_rate, fan_in):
    check(learning_rate > 0, fan_in >= 1)
    return math.exp(math.log(learning_rate) - 0.5 * math.log(fan_in))


def gradient_descent(gradient, start, schedule, steps):
    theta = np.array(start, dtype=float)
    path = np.empty((steps + 1, len(theta)))
    path[0] = theta
    for t in range(1, steps + 1):
        theta = theta - schedule.rate(t - 1) * gradient(theta)
        path[t] = theta
    return path
