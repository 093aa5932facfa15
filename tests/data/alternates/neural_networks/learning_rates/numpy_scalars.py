"""Computes with NumPy and returns its scalars; prints and tests under ``__main__``."""

import numpy as np

from framework.interfaces import Schedule

np.seterr(all="raise")
print("schedules")


class _Checked(Schedule):
    def __init__(self, learning_rate):
        if not learning_rate > 0:
            raise ValueError("learning_rate must be positive")
        self.learning_rate = np.float64(learning_rate)

    def _at(self, step):
        raise NotImplementedError

    def rate(self, step):
        if step < 0:
            raise ValueError("step must be at least 0")
        return self.learning_rate * self._at(np.float64(step))


class StepDecay(_Checked):
    def __init__(self, learning_rate, factor, every):
        super().__init__(learning_rate)
        if not (0 < factor <= 1 and every >= 1):
            raise ValueError("factor in (0, 1] and every at least 1")
        self.factor, self.every = factor, every

    def _at(self, t):
        return np.power(self.factor, np.floor(t / self.every))


class ExponentialDecay(_Checked):
    def __init__(self, learning_rate, decay):
        super().__init__(learning_rate)
        if not decay >= 0:
            raise ValueError("decay must be at least 0")
        self.decay = decay

    def _at(self, t):
        with np.errstate(under="ignore"):
            return np.exp(-self.decay * t)


class InverseDecay(_Checked):
    def __init__(self, learning_rate, tau):
        super().__init__(learning_rate)
        if not tau > 0:
            raise ValueError("tau must be positive")
        self.tau = tau

    def _at(self, t):
        return self.tau / np.maximum(t, self.tau)


def fan_in_rate(learning_rate, fan_in):
    if not learning_rate > 0 or not fan_in >= 1:
        raise ValueError("learning_rate > 0 and fan_in ≥ 1")
    return np.float64(learning_rate) / np.sqrt(fan_in)


def gradient_descent(gradient, start, schedule, steps):
    points = [start.copy()]
    while len(points) <= steps:
        t = len(points) - 1
        points.append(points[t] - np.multiply(schedule.rate(t), gradient(points[t])))
    return np.array(points)


if __name__ == "__main__":
    print([StepDecay(0.1, 0.5, 10).rate(t) for t in (0, 9, 10, 20)])
