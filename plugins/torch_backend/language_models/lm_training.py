"""The training loop of a language model, and a model of characters that writes, on tensors.

Source: CS224n lecture 6, sections 2.4 to 2.6 and 2.12.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.models.parts import part
from plugins.torch_backend.arrays import current_device, to_tensor

Chunk = tuple[Tensor, Tensor]


def encode(text: str, alphabet: str) -> Tensor:
    """Return the place of each character in the alphabet, int64.

    Raises:
        ValueError: a character is not in the alphabet.
    """
    places = {character: i for i, character in enumerate(alphabet)}
    if missing := set(text) - set(places):
        raise ValueError(f"not in the alphabet: {sorted(missing)}")
    ids = [places[character] for character in text]
    return torch.tensor(ids, dtype=torch.int64, device=current_device())


def text_chunks(ids: Tensor, batch_size: int, unroll: int) -> list[Chunk]:
    """Return inputs and targets `(N, U)` of each chunk of the text `(M,)`.

    Raises:
        ValueError: the text is too short for N streams.
    """
    ids = to_tensor(ids)
    L = (len(ids) - 1) // batch_size
    if L < 1:
        raise ValueError(f"a text of {len(ids)} tokens has no {batch_size} streams")
    both = (ids[shift : shift + batch_size * L].view(batch_size, L) for shift in (0, 1))
    starts = range(0, L, unroll)
    inputs, targets = both
    return [(inputs[:, t : t + unroll].clone(), targets[:, t : t + unroll].clone()) for t in starts]


def fit_language_model(
    model: Any,
    ids: Tensor,
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
    for place in range(epochs * len(chunks)):
        inputs, targets = chunks[place % len(chunks)]
        state = model.state if place % len(chunks) else None
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
    return "".join(alphabet[i] for i in to_tensor(ids)[0].tolist())


@torch.no_grad()
def tracking_unit(states: Tensor, inside: Tensor) -> tuple[int, float]:
    """Return the unit of `states: (T, H)` that is most correlated with `inside: (T,)`, and r."""
    h, y = to_tensor(states), to_tensor(inside)
    h, y = h - h.mean(0), y.to(h.dtype) - y.to(h.dtype).mean()
    scale = torch.sqrt(h.square().sum(0) * y.square().sum())
    r = torch.where(scale > 0, y @ h / torch.where(scale > 0, scale, 1.0), 0.0)
    unit = int(r.abs().argmax())
    return unit, float(r[unit])
