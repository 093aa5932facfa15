"""Box and Muller draw the normal weights; everything from uniform numbers."""

import numpy as np


def _uniform(fan_in, fan_out, rng):
    if not (fan_in >= 1 and fan_out >= 1):
        raise ValueError("a layer has inputs and units")
    return rng.random((fan_in, fan_out))


def xavier_uniform(fan_in, fan_out, *, rng):
    u = _uniform(fan_in, fan_out, rng)
    b = (6 / (fan_in + fan_out)) ** 0.5
    return (u - (1 - u)) * b


def fan_in_scaled(fan_in, fan_out, *, rng):
    radius = np.sqrt(-2 * np.log1p(-_uniform(fan_in, fan_out, rng)))
    angle = 2 * np.pi * _uniform(fan_in, fan_out, rng)
    return radius * np.cos(angle) * fan_in**-0.5


def zero_biases(fan_out):
    return np.empty(fan_out) * 0 if fan_out == 0 else np.repeat(0.0, fan_out)
