"""From standard draws, scaled and shifted."""

import numpy as np


def layer(fan_in, fan_out):
    if min(fan_in, fan_out) < 1:
        raise ValueError("no such layer")
    return fan_in, fan_out


def xavier_uniform(fan_in, fan_out, *, rng):
    return (2 * rng.random(layer(fan_in, fan_out)) - 1) * (6 / (fan_in + fan_out)) ** 0.5


def fan_in_scaled(fan_in, fan_out, *, rng):
    return rng.standard_normal(layer(fan_in, fan_out)) / fan_in**0.5


def zero_biases(fan_out):
    return np.array([0.0] * fan_out)


def deep_losses(weights, x, y, *, learning_rate, steps, activation="tanh"):
    W = list(weights)

    def act(z):
        return np.tanh(z) if activation == "tanh" else 0.5 * (1 + np.tanh(z / 2))

    def pass_through(k, h):
        """Return the loss, the new weights from layer k on, and the gradient of h."""
        if k == len(W) - 1:
            error = (h @ W[k]).ravel() - y
            grad = 2 * error[:, None] / len(error)
            new, loss = [], np.square(error).mean()
        else:
            above = act(h @ W[k])
            loss, new, grad = pass_through(k + 1, above)
            grad = grad * (1 - above * above if activation == "tanh" else above * (1 - above))
        return loss, [W[k] - learning_rate * (h.T @ grad), *new], grad @ W[k].T

    losses = []
    for _ in range(steps):
        loss, W, _ = pass_through(0, x)
        losses.append(float(loss))
    return losses
