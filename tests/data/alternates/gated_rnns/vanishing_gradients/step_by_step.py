"""One backward pass in steps of one: the gradient is handed from step to step."""

import numpy as np

from framework.models.parts import part


def gradient_norms(rnn, x, loss_at):
    if loss_at < 0 or loss_at >= x.shape[1]:
        raise IndexError("no such step")
    before = {key: value.copy() for key, value in rnn.gradients.items()}
    states = [None]
    for t in range(loss_at + 1):
        h = rnn.forward(x[:, t : t + 1], states[-1])
        states.append(rnn.state)
    norms = [float(np.sqrt(h[:, 0].size))]
    for k in range(loss_at - 1, -1, -1):
        h = rnn.forward(x[:, k + 1 : loss_at + 1], states[k + 1])
        upstream = np.concatenate([np.zeros_like(h[:, :-1]), np.ones_like(h[:, -1:])], axis=1)
        norms.insert(0, length(rnn.backward(upstream)[1]))
    for key, value in before.items():
        rnn.gradients[key][...] = value
    return np.array(norms)


def length(state):
    arrays = state if isinstance(state, (tuple, list)) else [state]
    return np.sqrt(sum(np.sum(np.square(array)) for array in arrays))


def spectral_bound(W_h, distances, slope=1.0):
    if np.asarray(distances).size and np.min(distances) < 0:
        raise ValueError("negative")
    sigma = np.sqrt(np.linalg.eigvalsh(W_h.T @ W_h)[-1])
    return np.power(slope * sigma, distances)


def descend(gradient, start, learning_rate, steps, threshold=None):
    path = np.empty((steps + 1, len(start)))
    path[0] = start
    for i in range(steps):
        g = gradient(path[i])
        if threshold is not None:
            (g,) = part("clip_by_norm")({0: g}, threshold).values()
        path[i + 1] = path[i] - learning_rate * g
    return path
