"""A dictionary of characters; chunks by loops over streams; correlation by np.corrcoef."""

import numpy as np

from framework.models.parts import part


def encode(text, alphabet):
    places = dict(zip(alphabet, range(len(alphabet)), strict=True))
    ids = np.zeros(len(text), dtype=np.int64)
    for t, character in enumerate(text):
        if character not in places:
            raise ValueError(f"{character!r} is not in the alphabet")
        ids[t] = places[character]
    return ids


def text_chunks(ids, batch_size, unroll):
    L = (len(ids) - 1) // batch_size
    if L <= 0:
        raise ValueError("too short")
    chunks = []
    for start in range(0, L, unroll):
        end = min(start + unroll, L)
        rows = [list(ids[i * L + start : i * L + end + 1]) for i in range(batch_size)]
        window = np.array(rows)
        chunks.append((np.array(window[:, :-1]), np.array(window[:, 1:])))
    return chunks


def fit_language_model(model, ids, *, epochs, batch_size, unroll, learning_rate):
    cross_entropy, adam = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    history = []
    model.train()
    for _epoch in range(epochs):
        for number, (x, y) in enumerate(text_chunks(ids, batch_size, unroll)):
            logits = model.forward(x, model.state if number else None)
            model.zero_gradients()
            history.append(float(cross_entropy.forward(logits, y)))
            model.backward(cross_entropy.backward())
            adam.step(model.parameters, model.gradients)
    return history


def write(model, alphabet, prefix, length, temperature=1.0, *, rng):
    prefix = encode(prefix, alphabet).reshape(1, -1)
    (written,) = part("sample")(model, prefix, length, temperature=temperature, rng=rng)
    return "".join(map(alphabet.__getitem__, written.tolist()))


def tracking_unit(states, inside):
    y = np.where(inside, 1.0, 0.0)
    best, found = 0, 0.0
    for k, h in enumerate(states.T):
        still = np.all(h == h[0]) or np.all(y == y[0])
        r = 0.0 if still else np.corrcoef(h, y)[0, 1]
        if abs(r) > abs(found) + 1e-12:
            best, found = k, r
    return best, float(found)
