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
    # TODO: your code here
    raise NotImplementedError


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
    # TODO: N rows of L inputs and of L targets; then slices of U columns
    raise NotImplementedError


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
    # TODO: parts, two loops, and in each step: loss, gradients, update
    raise NotImplementedError


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
    # TODO: a batch of one text
    raise NotImplementedError


def tracking_unit(states: Array, inside: Array) -> tuple[int, float]:
    """Return the unit that is correlated most with being inside quotes, and its correlation.

    Args:
        states: h `(T, H)`, the states of a recurrent network after each character.
        inside: y `(T,)` bool, True inside quotes.

    Returns: the unit k with the largest |r_k| (the first of equal ones), and its r_k. A unit that
        never changes has r_k = 0, and so has every unit if `inside` never changes.
    """
    # TODO: your code here
    raise NotImplementedError
