"""Rates by doing every step since the start."""

import numpy as np


class StepDecay:
    def __init__(self, learning_rate, factor, every):
        if not (learning_rate > 0 and 0 < factor <= 1 and every >= 1):
            raise ValueError("no such schedule")
        self.learning_rate, self.factor, self.every = learning_rate, factor, every

    def rate(self, step):
        if step < 0:
            raise ValueError("time starts at 0")
        rate = self.learning_rate
        for t in range(1, step + 1):
            if t % self.every == 0:
                rate *= self.factor
        return rate


class ExponentialDecay:
    def __init__(self, learning_rate, decay):
        if not (learning_rate > 0 and decay >= 0):
            raise ValueError("no such schedule")
        self.learning_rate, self.decay = learning_rate, decay

    def rate(self, step):
        if step < 0:
            raise ValueError("time starts at 0")
        return float(self.learning_rate * np.prod(np.full(step, np.exp(-self.decay))))


class InverseDecay:
    def __init__(self, learning_rate, tau):
        if not (learning_rate > 0 and tau > 0):
            raise ValueError("no such schedule")
        self.learning_rate, self.tau = learning_rate, tau

    def rate(self, step):
        if step < 0:
            raise ValueError("time starts at 0")
        return self.learning_rate if step <= self.tau else self.learning_rate * self.tau / step


def fan_in_rate(learning_rate, fan_in):
    if not (learning_rate > 0 and fan_in >= 1):
        raise ValueError("no such layer")
    return float(learning_rate * np.power(fan_in, -0.5))


def gradient_descent(gradient, start, schedule, steps):
    theta = np.array(start, dtype=float)
    path = np.empty((steps + 1, len(theta)))
    path[0] = theta
    for t in range(1, steps + 1):
        theta = theta - schedule.rate(t - 1) * gradient(theta)
        path[t] = theta
    return path
