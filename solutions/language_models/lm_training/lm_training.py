"""The training loop of a language model of characters (CS224n lecture 6, sections 2.4 to 2.12)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part

Chunk = tuple[Array, Array]  # inputs and targets, both (N, U) integers


def encode(text: str, alphabet: str) -> Array:
    """Return the id of each character, its place in the alphabet: `(len(text),)` int64.

    Raises: ValueError if a character of the text is not in the alphabet.
    """
    # BEGIN SOLUTION
    return np.array([alphabet.index(character) for character in text], dtype=np.int64)
    # END SOLUTION


def text_chunks(ids: Array, batch_size: int, unroll: int) -> list[Chunk]:
    """Cut a text into N streams, and these into chunks of U steps.

    Args:
        ids: the text `(M,)`, with M > N.
        unroll: U, the steps of a chunk; the last chunk may have fewer.

    Returns: inputs and targets `(N, U)` of each chunk, in the order of the text: a stream continues
        in the same row of the next chunk. New arrays.
    Raises: ValueError if the text is too short for N streams.
    """
    L = (len(ids) - 1) // batch_size
    if L < 1:
        raise ValueError(f"a text of {len(ids)} tokens has no {batch_size} streams")
    # BEGIN SOLUTION: N rows of L inputs and of L targets; then slices of U columns
    inputs = ids[: batch_size * L].reshape(batch_size, L)
    targets = ids[1 : batch_size * L + 1].reshape(batch_size, L)
    return [
        (inputs[:, t : t + unroll].copy(), targets[:, t : t + unroll].copy())
        for t in range(0, L, unroll)
    ]
    # END SOLUTION


def fit_language_model(
    model: LanguageModel,
    ids: Array,
    *,
    epochs: int,
    batch_size: int,
    unroll: int,
    learning_rate: float,
) -> list[float]:
    """Train `model` (part ``adam``) on the mean cross-entropy of each of `text_chunks`, in order.

    The state is carried from chunk to chunk, and begins anew (None) in each epoch.

    Args:
        model: ``forward(tokens (N, U), state or None) -> logits (N, U, V)``, which leaves the
            state after the chunk in ``model.state``. Its parameters change.
        ids: the text `(M,)`. Not modified.

    Returns: the loss of each step (the part ``softmax_cross_entropy``) before its update.
    """
    # BEGIN SOLUTION: parts, two loops, and in each step: loss, gradients, update
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    chunks = text_chunks(ids, batch_size, unroll)
    losses = []
    model.train()
    for _ in range(epochs):
        state = None
        for inputs, targets in chunks:
            losses.append(loss.forward(model.forward(inputs, state), targets))
            state = model.state
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return losses
    # END SOLUTION


def write(
    model: LanguageModel,
    alphabet: str,
    prefix: str,
    length: int,
    temperature: float = 1.0,
    *,
    rng: np.random.Generator,
) -> str:
    """Let a model of characters continue a text: the part ``sample`` draws its characters.

    Args:
        model: a language model of `len(alphabet)` ids.
        prefix: the beginning, at least one character.

    Returns: the characters that the model has written, without the prefix.
    """
    # BEGIN SOLUTION: a batch of one text
    start = encode(prefix, alphabet)[None]
    ids = part("sample")(model, start, length, temperature, rng=rng)
    return "".join(alphabet[int(i)] for i in ids[0])
    # END SOLUTION


def tracking_unit(states: Array, inside: Array) -> tuple[int, float]:
    """Return the unit that is correlated most with being inside quotes, and its correlation.

    Args:
        states: h `(T, H)`, the states of a recurrent network after each character.
        inside: y `(T,)` bool, True inside quotes.

    Returns: the unit k with the largest |r_k| (the first of equal ones), and its r_k. A unit that
        never changes has r_k = 0, and so has every unit if `inside` never changes.
    """
    # BEGIN SOLUTION
    h = states - states.mean(axis=0)
    y = inside - np.mean(inside)
    scale = np.sqrt((h**2).sum(axis=0) * (y**2).sum())
    r = np.where(scale > 0, y @ h / np.where(scale > 0, scale, 1.0), 0.0)
    unit = int(np.argmax(np.abs(r)))
    return unit, float(r[unit])
    # END SOLUTION
