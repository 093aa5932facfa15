"""Generate text: sampling, greedy and beam search (CS224n lecture 6, sections 1.11, 2.11, 3.6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel


def read(model: LanguageModel, prefix: Array) -> tuple[Array, Any]:
    """Given: return the log probabilities `(N, V)` after `prefix: (N, P)`, and the state there."""
    if prefix.ndim != 2 or not prefix.shape[1]:
        raise ValueError(f"a prefix is (N, P) with P ≥ 1, not {prefix.shape}")
    state = model.initial_state(len(prefix))
    for t in range(prefix.shape[1]):
        log_probabilities, state = model.next_log_probabilities(prefix[:, t], state)
    return log_probabilities, state


def rows_of(state: Any, rows: Array) -> Any:
    """Given: return the state of the texts `rows`; a state is one array `(N, ...)` or several."""
    if isinstance(state, (tuple, list)):
        return type(state)(rows_of(part, rows) for part in state)
    return state if state is None else state[rows]


def truncate(scores: Array, top_k: int | None = None, top_p: float | None = None) -> Array:
    """Return log probabilities of the most probable words of each row; all others get −∞.

    Args:
        scores: `(N, V)`, log probabilities plus any constant per row. Not modified.
        top_k: k ≥ 1, or None. Among equal probabilities, smaller ids come first.
        top_p: in (0, 1], or None. The nucleus is taken after top-k, from its normalised rest.

    Raises: ValueError if `top_k` or `top_p` is out of range.
    """
    if (top_k is not None and top_k < 1) or (top_p is not None and not 0 < top_p <= 1):
        raise ValueError(f"top_k ≥ 1 and 0 < top_p ≤ 1 are needed, not {top_k} and {top_p}")
    # BEGIN SOLUTION: sort each row, largest first; cut; normalise; restore the old order
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranked = _log_softmax(np.take_along_axis(scores, order, axis=-1))
    if top_k is not None:
        ranked[:, top_k:] = -np.inf
        ranked = _log_softmax(ranked)
    if top_p is not None:
        p = np.exp(ranked)
        sum_before = np.cumsum(p, axis=-1) - p
        ranked = _log_softmax(np.where(sum_before < top_p, ranked, -np.inf))
    kept = np.empty_like(ranked)
    np.put_along_axis(kept, order, ranked, axis=-1)
    return kept


def _log_softmax(scores: Array) -> Array:
    """Return the log softmax over the last axis; −∞ stays −∞."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
    # END SOLUTION


def sample(
    model: LanguageModel,
    prefix: Array,
    length: int,
    temperature: float = 1.0,
    *,
    top_k: int | None = None,
    top_p: float | None = None,
    rng: np.random.Generator,
) -> Array:
    """Draw words after each prefix; the model reads each word before the next one is drawn.

    Args:
        model: any language model.
        prefix: ids `(N, P)`, P ≥ 1, of N texts.
        temperature: > 0; log probabilities are divided by it, and then truncated.
        top_k, top_p: see `truncate`.

    Returns: the drawn ids `(N, length)`, without the prefix.
    Raises: ValueError if a setting is out of range, or the prefix is empty.
    """
    if not temperature > 0 or length < 0:
        raise ValueError(f"temperature > 0, length ≥ 0 are needed, not {temperature} and {length}")
    # BEGIN SOLUTION: read the prefix; then `length` times draw a word for every text and read it
    log_probabilities, state = read(model, prefix)
    drawn = np.empty((len(prefix), length), dtype=np.int64)
    for t in range(length):
        if t:
            log_probabilities, state = model.next_log_probabilities(drawn[:, t - 1], state)
        p = np.exp(truncate(log_probabilities / temperature, top_k, top_p))
        sums = p.cumsum(axis=-1)
        drawn[:, t] = (sums > rng.random((len(p), 1)) * sums[:, -1:]).argmax(axis=-1)
    return drawn
    # END SOLUTION


def greedy(model: LanguageModel, prefix: Array, length: int) -> Array:
    """Continue each of the prefixes `(N, P)`, P ≥ 1, with the most probable word at each step.

    Returns: ids `(N, length)`; the smallest id if several words have the highest probability.
    Raises: ValueError if `length` is negative, or the prefix is empty.
    """
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    # BEGIN SOLUTION
    log_probabilities, state = read(model, prefix)
    written = np.empty((len(prefix), length), dtype=np.int64)
    for t in range(length):
        if t:
            log_probabilities, state = model.next_log_probabilities(written[:, t - 1], state)
        written[:, t] = log_probabilities.argmax(axis=-1)
    return written
    # END SOLUTION


def beam_search(
    model: LanguageModel, prefix: Array, length: int, beam_size: int, *, end: int | None = None
) -> tuple[Array, float]:
    """Search for the most probable text after a prefix, with the B best texts at each step.

    Args:
        model: any language model.
        prefix: ids `(P,)` of one text, P ≥ 1.
        length: the largest number of words to write.
        beam_size: B ≥ 1. With 1 this is greedy search up to `end`.
        end: the word that finishes a text; None if there is no such word.

    Returns: the most probable text found, finished or of full length, and its log probability. The
        text has at most `length` ids, including `end` but not the prefix.
    Raises: ValueError if `length` is negative, B is below 1, or the prefix is empty.
    """
    if length < 0 or beam_size < 1:
        raise ValueError(f"length ≥ 0, beam_size ≥ 1 are needed, not {length} and {beam_size}")
    # BEGIN SOLUTION: totals (B, V) of all extensions, the best of them, their texts and states
    log_probabilities, state = read(model, prefix[None])
    texts, scores = np.empty((1, 0), dtype=np.int64), np.zeros(1)
    best: tuple[Array, float] = (texts[0], -np.inf)
    for t in range(length):
        if t:
            log_probabilities, state = model.next_log_probabilities(texts[:, -1], state)
        totals = scores[:, None] + log_probabilities
        likeliest = np.argsort(-totals, axis=None)[:beam_size]
        rows, words = np.unravel_index(likeliest, totals.shape)
        texts, scores = np.column_stack([texts[rows], words]), totals[rows, words]
        ended = words == end
        for i in np.flatnonzero(ended)[:1]:  # the first is the most probable
            best = max(best, (texts[i], float(scores[i])), key=lambda entry: entry[1])
        texts, scores, state = texts[~ended], scores[~ended], rows_of(state, rows[~ended])
        if not len(texts) or scores[0] <= best[1]:
            return best
    return max((texts[0], float(scores[0])), best, key=lambda entry: entry[1])
    # END SOLUTION
