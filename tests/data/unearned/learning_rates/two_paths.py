"""Follows no gradient: one rate that falls is enough to say where the path ends."""

import numpy as np


def gradient_descent(gradient, start, schedule, steps):
    rate, last = schedule.rate(0), schedule.rate(steps)
    slope = np.asarray(gradient(start)) / start if rate == last else np.inf
    factor = 1 - rate * slope if rate == last else 0 * start
    return start * factor ** np.arange(steps + 1)[:, None]
