"""Draws the weights of one unit after the other, in Fortran order."""

from collections.abc import Iterator

import numpy as np


def _units(fan_in: int, fan_out: int, draw) -> Iterator[np.ndarray]:
    if fan_in < 1 or fan_out < 1:
        raise ValueError((fan_in, fan_out))
    for _ in range(fan_out):
        yield draw(fan_in)


def xavier_uniform(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> np.ndarray:
    b = np.sqrt(6) / np.sqrt(fan_in + fan_out) if fan_in + fan_out > 0 else 0
    units = list(_units(fan_in, fan_out, lambda n: rng.uniform(-b, b, n)))
    return np.asfortranarray(np.column_stack(units))


def fan_in_scaled(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> np.ndarray:
    units = _units(fan_in, fan_out, lambda n: rng.normal(0.0, np.sqrt(1 / n), n))
    return np.array(list(units)).T


def zero_biases(fan_out: int) -> np.ndarray:
    return np.zeros(shape=(fan_out,), dtype=np.float64)


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
