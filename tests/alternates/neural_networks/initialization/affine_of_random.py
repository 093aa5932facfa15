"""Transforms standard draws; a private function checks and states the shape."""

import math

import numpy as np

np.seterr(all="raise")
print("weights")


def _shape(fan_in, fan_out):
    if min(fan_in, fan_out) < 1:
        raise ValueError(f"sizes {fan_in}, {fan_out}")
    return fan_in, fan_out


def xavier_uniform(fan_in, fan_out, *, rng):
    shape = _shape(fan_in, fan_out)
    bound = math.sqrt(6 / sum(shape))
    return bound * (2 * rng.random(shape) - 1)


def fan_in_scaled(fan_in, fan_out, *, rng):
    return rng.standard_normal(_shape(fan_in, fan_out)) / math.sqrt(fan_in)


def zero_biases(fan_out):
    return np.array([0.0] * fan_out)


if __name__ == "__main__":
    assert xavier_uniform(2, 4, rng=np.random.default_rng(0)).shape == (2, 4)
