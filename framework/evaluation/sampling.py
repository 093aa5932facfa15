"""Sampling of text from a language model, token by token."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from framework.data.vocabulary import EOS
from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, LanguageModel

#: Scores `(N, V)` of a backend -> log probabilities `(N, V)` of the words that may be drawn.
Truncate = Callable[[Any], Any]


def sample_tokens(
    model: LanguageModel,
    prompt: Sequence[int],
    *,
    arrays: Arrays,
    temperature: float = 1.0,
    truncate: Truncate | None = None,
    rng: np.random.Generator,
) -> Iterator[int]:
    """Yield tokens after `prompt` without end, each with probability ∝ p^(1/temperature).

    Args:
        model: in evaluation mode.
        prompt: the ids before the sampled text, at least one.
        arrays: the model's own arrays.
        temperature: below 1, likely words become more likely; 0 always takes the likeliest word.
        truncate: removes some words, after the temperature; None keeps all.
        rng: draws the tokens.

    Raises:
        BadInputError: `prompt` is empty or `temperature` negative.
    """
    if not len(prompt) or temperature < 0:
        raise BadInputError(
            "sampling needs a prompt of at least one token and a temperature of at least 0, "
            f"received {len(prompt)} tokens and {temperature}"
        )
    return _tokens(model, prompt, arrays, temperature, truncate, rng)


def first_sentence(tokens: Iterable[int]) -> Iterator[int]:
    """Yield `tokens` up to the first `EOS`."""
    for token in tokens:
        yield token
        if token == EOS:
            return


def _tokens(
    model: LanguageModel,
    prompt: Sequence[int],
    arrays: Arrays,
    temperature: float,
    truncate: Truncate | None,
    rng: np.random.Generator,
) -> Iterator[int]:
    state = model.initial_state(1)
    unread = list(prompt)
    while True:
        for token in unread:
            ids = arrays.from_numpy(np.array([token], dtype=np.int64))
            log_probabilities, state = model.next_log_probabilities(ids, state)
        if temperature > 0:
            log_probabilities = log_probabilities / temperature
        if truncate is not None:
            log_probabilities = truncate(log_probabilities)
        scores = arrays.to_numpy(log_probabilities)[0]
        drawn = _draw(scores, rng) if temperature > 0 else int(np.argmax(scores))
        yield drawn
        unread = [drawn]


def _draw(scores: Array, rng: np.random.Generator) -> int:
    # float64, and the largest at 0: float32 need not sum to 1 closely enough for `choice`.
    scores = scores.astype(np.float64)
    if not np.isfinite(scores.max()):
        raise BadInputError(
            "the model gives no token a probability above 0 here: another `--prompt`, or a model "
            "with smoothing, as `gradus train kneser_ney` trains one"
        )
    p = np.exp(scores - scores.max())
    return int(rng.choice(len(p), p=p / p.sum()))
