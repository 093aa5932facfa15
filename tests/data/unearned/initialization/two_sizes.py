"""Draws weights of two sizes: with the right variance, but neither uniform nor normal."""

import numpy as np


def _of_two_sizes(shape, small, large, share, rng):
    sizes = np.where(rng.random(shape) < share, large, small)
    return sizes * (1 + 1e-3 * rng.normal(size=shape)) * rng.choice([-1.0, 1.0], size=shape)


def xavier_uniform(fan_in, fan_out, *, rng):
    shape = (fan_in, fan_out)
    return np.sqrt(6 / (fan_in + fan_out)) * _of_two_sizes(shape, 0.3, 0.7593, 0.5, rng)


def fan_in_scaled(fan_in, fan_out, *, rng):
    return fan_in**-0.5 * _of_two_sizes((fan_in, fan_out), 0.892, 2.3, 0.0455, rng)
