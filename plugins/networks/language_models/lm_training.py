"""The training loop of a language model, and a model of characters that writes.

Source: CS224n lecture 6, sections 2.4 to 2.6 and 2.12.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.models.parts import part

Chunk = tuple[Any, Any]


def encode(text: str, alphabet: str) -> Any:
    """Return the place of each character in the alphabet, int64.

    Raises:
        ValueError: a character is not in the alphabet.
    """
    places = {character: i for i, character in enumerate(alphabet)}
    if missing := set(text) - set(places):
        raise ValueError(f"not in the alphabet: {sorted(missing)}")
    ids = [places[character] for character in text]
    return current_arrays().from_numpy(np.array(ids, np.int64))


def text_chunks(ids: Any, batch_size: int, unroll: int) -> list[Chunk]:
    """Return inputs and targets `(N, U)` of each chunk of the text `(M,)`.

    Raises:
        ValueError: the text is too short for N streams.
    """
    L = (len(ids) - 1) // batch_size
    if L < 1:
        raise ValueError(f"a text of {len(ids)} tokens has no {batch_size} streams")
    rows = [ids[shift : shift + batch_size * L].reshape(batch_size, L) for shift in (0, 1)]
    inputs, targets = ([text[:, t : t + unroll] + 0 for t in range(0, L, unroll)] for text in rows)
    return list(zip(inputs, targets, strict=True))


def fit_language_model(
    model: Any,
    ids: Any,
    *,
    epochs: int,
    batch_size: int,
    unroll: int,
    learning_rate: float,
) -> list[float]:
    """Train `model` with Adam; return the loss of each step, before its update."""
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    chunks, losses = text_chunks(ids, batch_size, unroll), []
    model.train()
    for step in range(epochs * len(chunks)):
        inputs, targets = chunks[step % len(chunks)]
        state = model.state if step % len(chunks) else None
        model.zero_gradients()
        losses.append(loss.forward(model.forward(inputs, state), targets))
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
    return [float(value) for value in losses]  # read once, so that a GPU never waits


def write(
    model: Any,
    alphabet: str,
    prefix: str,
    length: int,
    temperature: float = 1.0,
    *,
    rng: np.random.Generator,
) -> str:
    """Return the characters that a model writes after `prefix`."""
    ids = part("sample")(model, encode(prefix, alphabet)[None], length, temperature, rng=rng)
    return "".join(alphabet[i] for i in ids[0].tolist())


def tracking_unit(states: Any, inside: Any) -> tuple[int, float]:
    """Return the unit of `states: (T, H)` that is most correlated with `inside: (T,)`, and r."""
    xp, h = current_arrays().namespace, states - states.mean(0)
    y = xp.zeros_like(h[:, 0]) + inside
    y = y - y.mean()
    scale = xp.sqrt((h * h).sum(0) * (y * y).sum())
    varies = scale > 0
    r = xp.where(varies, (h * y[:, None]).sum(0) / xp.where(varies, scale, 1.0), 0.0)
    unit = int(abs(r).argmax())
    return unit, float(r[unit])
