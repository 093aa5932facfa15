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


def deep_losses(weights, x, y, *, learning_rate, steps, activation="tanh"):
    functions = {
        "tanh": (np.tanh, lambda h: 1 - np.square(h)),
        "sigmoid": (lambda z: np.exp(-np.logaddexp(0, -z)), lambda h: h - np.square(h)),
    }
    f, slope = functions[activation]
    layers = [np.array(W) for W in weights]
    losses = []
    for _step in range(steps):
        outputs = [x]
        for W in layers[:-1]:
            outputs.append(f(outputs[-1].dot(W)))
        off = outputs[-1].dot(layers[-1]) - y.reshape(-1, 1)
        losses.append(float((off**2).sum() / len(y)))
        delta, gradients = 2 * off / len(y), []
        for h, W in zip(outputs[::-1], layers[::-1], strict=True):
            gradients.insert(0, h.T.dot(delta))
            delta = delta.dot(W.T) * slope(h)
        layers = [W - learning_rate * g for W, g in zip(layers, gradients, strict=True)]
    return losses


if __name__ == "__main__":
    assert xavier_uniform(2, 4, rng=np.random.default_rng(0)).shape == (2, 4)
