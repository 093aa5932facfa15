"""A schedule wraps a function of the time; the arguments are checked in a table."""

from math import exp, floor, sqrt

import numpy as np

from framework.interfaces import Schedule


def _check(**bounds):
    for name, (holds, value) in bounds.items():
        if not holds:
            raise ValueError(f"{name} is {value}")


class _Function(Schedule):
    def __init__(self, learning_rate, factor_at):
        _check(learning_rate=(learning_rate > 0, learning_rate))
        self.learning_rate, self.factor_at = learning_rate, factor_at

    def rate(self, step):
        _check(step=(step >= 0, step))
        return self.learning_rate * self.factor_at(step)


class StepDecay(_Function):
    def __init__(self, learning_rate, factor, every):
        _check(factor=(0 < factor <= 1, factor), every=(every >= 1, every))
        super().__init__(learning_rate, lambda t: factor ** floor(t / every))


class ExponentialDecay(_Function):
    def __init__(self, learning_rate, decay):
        _check(decay=(decay >= 0, decay))
        super().__init__(learning_rate, lambda t: exp(-decay * t))


class InverseDecay(_Function):
    def __init__(self, learning_rate, tau):
        _check(tau=(tau > 0, tau))
        super().__init__(learning_rate, lambda t: 1.0 if t <= tau else tau / t)


def fan_in_rate(learning_rate, fan_in):
    _check(learning_rate=(learning_rate > 0, learning_rate), fan_in=(fan_in >= 1, fan_in))
    return learning_rate / sqrt(fan_in)


def gradient_descent(gradient, start, schedule, steps):
    points = [start.copy()]
    while len(points) <= steps:
        t = len(points) - 1
        points.append(points[t] - np.multiply(schedule.rate(t), gradient(points[t])))
    return np.array(points)
