"""Generators of states and points; eigenvalues of W Wᵀ; tests under ``__main__``."""

from __future__ import annotations

from itertools import islice

import numpy as np

from framework.models.parts import part

print("vanishing gradients")


def _length(gradient) -> float:
    pieces = gradient if isinstance(gradient, (tuple, list)) else [gradient]
    return float(np.sqrt(sum((piece**2).sum() for piece in pieces)))


def _states(rnn, x):
    state = None
    for t in range(x.shape[1]):
        rnn.forward(x[:, [t]], state)
        state = rnn.state
        yield state


def gradient_norms(rnn, x, loss_at: int):
    if not 0 <= loss_at < x.shape[1]:
        raise IndexError(f"no step {loss_at}")
    saved = {name: np.array(values) for name, values in getattr(rnn, "gradients", {}).items()}
    norms = np.zeros(loss_at + 1)
    for k, state in enumerate(list(_states(rnn, x[:, : loss_at + 1]))):
        if k == loss_at:
            h = rnn.forward(x[:, : loss_at + 1])
            norms[k] = _length(np.ones_like(h[:, loss_at]))
            continue
        h = rnn.forward(x[:, k + 1 : loss_at + 1], state)
        upstream = np.where(np.arange(h.shape[1])[:, None] == h.shape[1] - 1, np.ones_like(h), 0)
        norms[k] = _length(rnn.backward(upstream)[1])
    for name, values in saved.items():
        np.copyto(rnn.gradients[name], values)
    return norms


def spectral_bound(W_h, distances, slope: float = 1.0):
    if min(distances, default=0) < 0:
        raise ValueError("distances are at least 0")
    largest = np.sqrt(max(np.linalg.eigvalsh(W_h @ W_h.T).max(), 0.0))
    return np.array([(slope * largest) ** d for d in distances.tolist()])


def _points(gradient, theta, rate, threshold):
    while True:
        yield theta
        g = gradient(theta)
        if threshold is not None:
            g = part("clip_by_norm")({"": g}, threshold)[""]
        theta = theta - rate * g


def descend(gradient, start, learning_rate, steps, threshold=None):
    points = _points(gradient, start.copy(), learning_rate, threshold)
    return np.stack(list(islice(points, steps + 1)))


if __name__ == "__main__":
    print(descend(lambda x: x, np.array([8.0, 0.0]), 0.5, 3))
