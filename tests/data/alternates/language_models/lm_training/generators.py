"""Generators of chunks and of losses; standardised units."""

import numpy as np

from framework.models.parts import part


def encode(text, alphabet):
    if set(text) <= set(alphabet):
        return np.fromiter((alphabet.find(c) for c in text), dtype=np.int64, count=len(text))
    raise ValueError("a character without a place")


def _chunks(ids, batch_size, unroll):
    L = (len(ids) - 1) // batch_size
    if not L:
        raise ValueError("no stream")
    pairs = np.stack([ids[:-1][: L * batch_size], ids[1:][: L * batch_size]])
    streams = pairs.reshape(2, batch_size, L)
    for piece in np.array_split(streams, range(unroll, L, unroll), axis=2):
        yield piece[0].copy(), piece[1].copy()


def text_chunks(ids, batch_size, unroll):
    return list(_chunks(ids, batch_size, unroll))


def _steps(model, ids, epochs, batch_size, unroll, adam):
    loss = part("softmax_cross_entropy")()
    for _ in range(epochs):
        state = None
        for inputs, targets in _chunks(ids, batch_size, unroll):
            value = loss.forward(model.forward(inputs, state), targets)
            state = model.state
            model.zero_gradients()
            model.backward(loss.backward())
            adam.step(model.parameters, model.gradients)
            yield value


def fit_language_model(model, ids, *, epochs, batch_size, unroll, learning_rate):
    model.train()
    return list(_steps(model, ids, epochs, batch_size, unroll, part("adam")(learning_rate)))


def write(model, alphabet, prefix, length, temperature=1.0, *, rng):
    ids = part("sample")(model, np.stack([encode(prefix, alphabet)]), length, temperature, rng=rng)
    return "".join(np.array(list(alphabet))[ids[0]])


def _standard(x):
    x = x - x.mean(axis=0)
    length = np.linalg.norm(x, axis=0)
    return np.divide(x, length, out=np.zeros_like(x), where=length > 0)


def tracking_unit(states, inside):
    r = _standard(states).T @ _standard(inside.astype(float)[:, None])[:, 0]
    unit = max(range(len(r)), key=lambda k: (abs(r[k]), -k))
    return unit, float(r[unit])
