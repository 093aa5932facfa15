"""Sampling and search of text with a language model on torch tensors.

Source: CS224n lecture 6; Fan et al. (2018) for top-k; Holtzman et al. (2020) for nucleus sampling.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from plugins.torch_backend.arrays import to_tensor


def _read(model: Any, prefix: Any) -> tuple[Tensor, Any]:
    """Return the log probabilities after `prefix: (N, P)`, and the state."""
    tokens = to_tensor(prefix).long()
    if tokens.ndim != 2 or not tokens.shape[1]:
        raise ValueError(f"a prefix is (N, P) with P ≥ 1, not {tuple(tokens.shape)}")
    state = model.initial_state(len(tokens))
    for column in tokens.T:
        log_probabilities, state = model.next_log_probabilities(column, state)
    return log_probabilities, state


def _rows_of(state: Any, rows: Tensor) -> Any:
    if isinstance(state, (tuple, list)):
        return type(state)(_rows_of(part, rows) for part in state)
    return state if state is None else state[rows]


def truncate(scores: Tensor, top_k: int | None = None, top_p: float | None = None) -> Tensor:
    """Return log probabilities `(N, V)` of the likeliest words; all others get −∞.

    The `scores: (N, V)` are log probabilities up to a constant for each row. `top_k` is applied
    before `top_p`; of equally likely words those with smaller ids stay.

    Raises:
        ValueError: `top_k` is below 1, or `top_p` outside of (0, 1].
    """
    if (top_k is not None and top_k < 1) or (top_p is not None and not 0 < top_p <= 1):
        raise ValueError(f"top_k ≥ 1 and 0 < top_p ≤ 1 are needed, not {top_k} and {top_p}")
    ranked, order = to_tensor(scores).sort(dim=-1, descending=True, stable=True)
    ranked = ranked.log_softmax(-1)
    if top_k is not None:
        ranked[:, top_k:] = -torch.inf
        ranked = ranked.log_softmax(-1)
    if top_p is not None:
        p = ranked.exp()
        ranked = ranked.masked_fill(p.cumsum(-1) - p >= top_p, -torch.inf).log_softmax(-1)
    return torch.empty_like(ranked).scatter_(-1, order, ranked)


def sample(
    model: Any,
    prefix: Tensor,
    length: int,
    temperature: float = 1.0,
    *,
    top_k: int | None = None,
    top_p: float | None = None,
    rng: np.random.Generator,
) -> Tensor:
    """Continue each prefix `(N, P)` with random words, `(N, length)`.

    `rng` seeds torch's generator.

    Raises:
        ValueError: a setting is out of range, or the prefix is empty.
    """
    if not temperature > 0 or length < 0:
        raise ValueError(f"temperature > 0, length ≥ 0 are needed, not {temperature} and {length}")
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))

    def draw(log_probabilities: Tensor) -> Tensor:
        p = truncate(log_probabilities / temperature, top_k, top_p).exp()
        return torch.multinomial(p.cpu(), 1, generator=generator)[:, 0].to(p.device)

    return _written(model, prefix, length, draw)


def greedy(model: Any, prefix: Tensor, length: int) -> Tensor:
    """Continue each prefix `(N, P)` with the likeliest words, `(N, length)`.

    Raises:
        ValueError: `length` is negative, or the prefix is empty.
    """
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    return _written(model, prefix, length, lambda logs: logs.argmax(dim=-1))


def _written(model: Any, prefix: Any, length: int, choose: Any) -> Tensor:
    log_probabilities, state = _read(model, prefix)
    words = log_probabilities.new_empty((len(log_probabilities), length), dtype=torch.long)
    for t in range(length):
        if t:
            log_probabilities, state = model.next_log_probabilities(words[:, t - 1], state)
        words[:, t] = choose(log_probabilities)
    return words


def beam_search(
    model: Any, prefix: Tensor, length: int, beam_size: int, *, end: int | None = None
) -> tuple[Tensor, float]:
    """Return the likeliest text found after `prefix: (P,)`, and its log probability.

    The text has at most `length` ids.

    Raises:
        ValueError: a setting is out of range, or the prefix is empty.
    """
    if length < 0 or beam_size < 1:
        raise ValueError(f"length ≥ 0, beam_size ≥ 1 are needed, not {length} and {beam_size}")
    log_probabilities, state = _read(model, to_tensor(prefix)[None])
    vocabulary = log_probabilities.shape[1]
    texts = log_probabilities.new_empty((1, 0), dtype=torch.long)
    scores, best = log_probabilities.new_zeros(1), (texts[0], -np.inf)
    for t in range(length):
        if t:
            log_probabilities, state = model.next_log_probabilities(texts[:, -1], state)
        totals = (scores[:, None] + log_probabilities).flatten()
        scores, likeliest = totals.sort(descending=True, stable=True)
        scores, likeliest = scores[:beam_size], likeliest[:beam_size]
        rows, words = likeliest // vocabulary, likeliest % vocabulary
        texts = torch.cat([texts[rows], words[:, None]], dim=1)
        going_on = words != (-1 if end is None else end)
        ended = (~going_on).nonzero()[:1, 0].tolist()
        best = max(
            [best] + [(texts[i], float(scores[i])) for i in ended], key=lambda scored: scored[1]
        )
        texts, scores = texts[going_on], scores[going_on]
        state = _rows_of(state, rows[going_on])
        if not len(texts) or scores[0] <= best[1]:
            return best
    return max((texts[0], float(scores[0])), best, key=lambda scored: scored[1])
