"""Singular values from the decomposition, own clipping, gradients cleared by difference."""

import numpy as np


def gradient_norms(rnn, x, loss_at):
    if loss_at not in range(x.shape[1]):
        raise IndexError("no such step")
    saved = {name: np.array(g) for name, g in rnn.gradients.items()}
    found = np.zeros(loss_at + 1)
    for k in range(loss_at):
        rnn.forward(x[:, : k + 1])
        after = rnn.state
        h = rnn.forward(x[:, k + 1 :][:, : loss_at - k], after)
        mask = np.zeros(h.shape)
        mask[:, h.shape[1] - 1] += 1
        grad = rnn.backward(mask)[1]
        flat = np.concatenate([part.ravel() for part in grad]) if isinstance(grad, tuple) else grad
        found[k] = np.sqrt((flat**2).sum())
    h = rnn.forward(x[:, : loss_at + 1])
    found[loss_at] = np.linalg.norm(np.ones_like(h[:, -1]))
    for name, g in saved.items():
        np.copyto(rnn.gradients[name], g)
    return found


def spectral_bound(W_h, distances, slope=1.0):
    if (distances < 0).any():
        raise ValueError("negative")
    return (slope * np.linalg.svd(W_h, compute_uv=False)[0]) ** np.asarray(distances, dtype=float)


def descend(gradient, start, learning_rate, steps, threshold=None):
    path = [start.copy()]
    while len(path) <= steps:
        g = gradient(path[-1].copy())
        norm = np.sqrt(g @ g)
        if threshold is not None and norm > threshold:
            g = g / norm * threshold
        path.append(path[-1] - g * learning_rate)
    return np.stack(path)
