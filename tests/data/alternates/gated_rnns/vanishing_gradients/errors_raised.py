"""Warnings are errors; steps one at a time forward and chunks again backward."""

import numpy as np

from framework.models.parts import part

np.seterr(all="raise", under="ignore")


def _flat(state):
    if isinstance(state, (tuple, list)):
        return np.concatenate([_flat(piece) for piece in state])
    return np.ravel(state)


def gradient_norms(rnn, x, loss_at):
    if loss_at < 0 or loss_at >= x.shape[1]:
        raise IndexError(loss_at)
    kept = {name: g.copy() for name, g in getattr(rnn, "gradients", {}).items()}
    norms = []
    state = None
    for k in range(loss_at):
        rnn.forward(x[:, k : k + 1], state)
        state = rnn.state
        h = rnn.forward(x[:, k + 1 : loss_at + 1], state)
        grad = np.zeros_like(h)
        grad[:, -1] = 1
        norms.append(np.linalg.norm(_flat(rnn.backward(grad)[1])))
    h = rnn.forward(x[:, : loss_at + 1])
    norms.append(np.sqrt(h[:, -1].size))
    for name, g in kept.items():
        rnn.gradients[name][...] = g
    return np.array(norms)


def spectral_bound(W_h, distances, slope=1.0):
    if (distances < 0).any():
        raise ValueError("negative distance")
    sigma = np.linalg.svd(W_h, compute_uv=False).max()
    bounds = np.ones(len(distances))
    for k, distance in enumerate(distances):
        bounds[k] = (slope * sigma) ** float(distance)
    return bounds


def descend(gradient, start, learning_rate, steps, threshold=None):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        g = {"theta": gradient(path[-1])}
        if threshold is not None:
            g = part("clip_by_norm")(g, threshold)
        path.append(path[-1] - learning_rate * g["theta"])
    return np.array(path)
