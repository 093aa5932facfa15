"""One unit after the other: W is put together from its columns."""

import numpy as np


def columns(fan_in, fan_out, draw):
    if fan_in < 1 or fan_out < 1:
        raise ValueError("no such layer")
    return np.stack([draw(fan_in) for _ in range(fan_out)], axis=1)


def xavier_uniform(fan_in, fan_out, *, rng):
    limit = np.sqrt(3 * 2 / (fan_in + fan_out))
    return columns(fan_in, fan_out, lambda n: rng.uniform(-limit, limit, n))


def fan_in_scaled(fan_in, fan_out, *, rng):
    return columns(fan_in, fan_out, lambda n: rng.normal(0.0, n**-0.5, n))


def zero_biases(fan_out):
    return np.full((fan_out,), 0.0)
