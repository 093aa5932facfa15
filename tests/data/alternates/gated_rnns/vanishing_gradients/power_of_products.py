"""Cumulative products of the bound, and the path in an array that is filled."""

import numpy as np

from framework.models.parts import part


def _norm(gradient):
    if isinstance(gradient, np.ndarray):
        return np.linalg.norm(gradient)
    return np.hypot.reduce([_norm(piece) for piece in gradient])


def gradient_norms(rnn, x, loss_at):
    if loss_at not in range(x.shape[1]):
        raise IndexError(f"no step {loss_at}")
    before = {name: g.copy() for name, g in getattr(rnn, "gradients", {}).items()}
    norms = np.empty(loss_at + 1)
    for k in range(loss_at + 1):
        h = rnn.forward(x[:, : k + 1])
        if k == loss_at:
            norms[k] = h[:, -1].size ** 0.5
            break
        rest = rnn.forward(x[:, k + 1 : loss_at + 1], rnn.state)
        upstream = np.zeros(rest.shape, rest.dtype)
        upstream[:, -1, :] = 1
        _, grad_state = rnn.backward(upstream)
        norms[k] = _norm(grad_state)
    for name, g in before.items():
        rnn.gradients[name][:] = g
    return norms


def spectral_bound(W_h, distances, slope=1.0):
    if len(distances) == 0:
        return np.ones(0)
    if np.min(distances) < 0:
        raise ValueError("a negative distance")
    factor = slope * np.linalg.norm(W_h, ord=2)
    powers = np.cumprod(np.r_[1.0, np.full(np.max(distances), factor)])
    return powers[distances]


def descend(gradient, start, learning_rate, steps, threshold=None):
    clip = part("clip_by_norm")
    path = np.zeros((steps + 1, len(start)))
    path[0] = start
    for step in range(steps):
        g = gradient(path[step].copy())
        if threshold is not None:
            (g,) = clip({"g": g}, threshold).values()
        path[step + 1] = path[step] - learning_rate * g
    return path
