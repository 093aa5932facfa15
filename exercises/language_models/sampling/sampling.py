"""Text out of a language model: sampled, greedy, and by beam search.

Source: CS224n lecture 6, sections 1.11, 2.11 and 3.6; Fan et al., "Hierarchical Neural Story
Generation" (2018) for top-k; Holtzman et al., "The Curious Case of Neural Text Degeneration" (2020)
for nucleus sampling.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel


def read(model: LanguageModel, prefix: Array) -> tuple[Array, Any]:
    """Given: what the model expects after `prefix: (N, P)`, `(N, V)` logs, and its state there.

    Raises:
        ValueError: there is nothing to read.
    """
    if prefix.ndim != 2 or not prefix.shape[1]:
        raise ValueError(f"a prefix is (N, P) with P ≥ 1, not {prefix.shape}")
    state = model.initial_state(len(prefix))
    for t in range(prefix.shape[1]):
        log_probabilities, state = model.next_log_probabilities(prefix[:, t], state)
    return log_probabilities, state


def rows_of(state: Any, rows: Array) -> Any:
    """Given: the state of the texts `rows` alone: a state is an array `(N, ...)`, or several."""
    if isinstance(state, (tuple, list)):
        return type(state)(rows_of(part, rows) for part in state)
    return state if state is None else state[rows]


def truncate(scores: Array, top_k: int | None = None, top_p: float | None = None) -> Array:
    """Log probabilities of the likeliest words alone; all others get −∞.

        p = softmax(scores)
        top-k: the k largest p      nucleus: the fewest largest p whose sum is at least top_p

    What is kept is divided by its sum. With both, top-k comes first, and the nucleus is one of what
    it has left.

    Args:
        scores: `(N, V)`, log probabilities but for a constant per row. Not modified.
        top_k: k ≥ 1, or None. Where probabilities are equal, smaller ids come first.
        top_p: in (0, 1], or None.

    Returns:
        `(N, V)`.

    Raises:
        ValueError: `top_k` or `top_p` is out of range.
    """
    if (top_k is not None and top_k < 1) or (top_p is not None and not 0 < top_p <= 1):
        raise ValueError(f"top_k ≥ 1 and 0 < top_p ≤ 1 are needed, not {top_k} and {top_p}")
    # TODO: sort each row, largest first; cut; divide by what is left; put back in order
    raise NotImplementedError


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
    """Go on after each prefix: every word is drawn, and read by the model before the next is.

        P(w) ∝ p(w)^(1/temperature),      then `truncate`

    Args:
        model: any language model.
        prefix: ids `(N, P)`, P ≥ 1: N texts, written side by side.
        length: words to draw for each.
        temperature: > 0; below 1 likely words become likelier, above 1 all become more equal.
        top_k, top_p: see `truncate`.
        rng: draws the words.

    Returns:
        the drawn ids `(N, length)`, without the prefix.

    Raises:
        ValueError: a setting is out of range, or the prefix is empty.
    """
    if not temperature > 0 or length < 0:
        raise ValueError(f"temperature > 0, length ≥ 0 are needed, not {temperature} and {length}")
    # TODO: read the prefix; then as often as asked: draw a word for every text, read it
    raise NotImplementedError


def greedy(model: LanguageModel, prefix: Array, length: int) -> Array:
    """Go on after each prefix with the likeliest word, again and again.

    Args:
        model: any language model.
        prefix: ids `(N, P)`, P ≥ 1.
        length: words to write for each.

    Returns:
        ids `(N, length)`. Where several words are the likeliest, the smallest id.

    Raises:
        ValueError: `length` is negative, or the prefix is empty.
    """
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    # TODO: your code here
    raise NotImplementedError


def beam_search(
    model: LanguageModel, prefix: Array, length: int, beam_size: int, *, end: int | None = None
) -> tuple[Array, float]:
    """Look for the likeliest text after a prefix, with `beam_size` texts in hand at a time.

    At every step each text in hand is extended by every word; the `beam_size` extensions of the
    highest log P(w_1 ... w_t | prefix) = Σ log p are kept. Those that end with `end` are finished
    and set aside, the others are in hand for the next step. The search is over after
    `length` steps, or when no text in hand is likelier than the best finished one: probabilities
    only fall.

    Args:
        model: any language model.
        prefix: ids `(P,)` of one text, P ≥ 1.
        length: the most words to write.
        beam_size: B ≥ 1. With 1 this is greedy search up to `end`.
        end: the word that finishes a text; None if nothing does.

    Returns:
        the likeliest text found, finished or of full length: ids `(at most length,)`, `end`
        included and the prefix not; and its log probability.

    Raises:
        ValueError: `length` is negative, B is below 1, or the prefix is empty.
    """
    if length < 0 or beam_size < 1:
        raise ValueError(f"length ≥ 0, beam_size ≥ 1 are needed, not {length} and {beam_size}")
    # TODO: totals (B, V) of all extensions; the best of them; their texts and states
    raise NotImplementedError
