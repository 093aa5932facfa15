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
