"""Text from a language model, token by token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, LanguageModel


def sample_tokens(
    model: LanguageModel,
    prompt: Sequence[int],
    *,
    arrays: Arrays,
    temperature: float = 1.0,
    rng: np.random.Generator,
) -> Iterator[int]:
    """Go on after `prompt` for ever: each token is drawn with probability ∝ p^(1/temperature).

    Args:
        model: in evaluation mode.
        prompt: ids of what comes before, at least one.
        arrays: the model's own arrays.
        temperature: below 1 the likely words gain; 0 always takes the likeliest one.
        rng: draws the tokens.

    Raises:
        BadInputError: `prompt` is empty or `temperature` negative.
    """
    if not len(prompt) or temperature < 0:
        raise BadInputError(
            "sampling needs a prompt of at least one token and a temperature of at least 0, "
            f"received {len(prompt)} tokens and {temperature}"
        )
    return _tokens(model, prompt, arrays, temperature, rng)


def _tokens(
    model: LanguageModel,
    prompt: Sequence[int],
    arrays: Arrays,
    temperature: float,
    rng: np.random.Generator,
) -> Iterator[int]:
    state = model.initial_state(1)
    unread = list(prompt)
    while True:
        for token in unread:
            ids = arrays.from_numpy(np.array([token], dtype=np.int64))
            log_probabilities, state = model.next_log_probabilities(ids, state)
        drawn = _draw(arrays.to_numpy(log_probabilities)[0], temperature, rng)
        yield drawn
        unread = [drawn]


def _draw(log_probabilities: Array, temperature: float, rng: np.random.Generator) -> int:
    if temperature == 0:
        return int(np.argmax(log_probabilities))
    # float64, and the largest at 0: float32 need not sum to 1 closely enough for `choice`.
    scores = log_probabilities.astype(np.float64) / temperature
    p = np.exp(scores - scores.max())
    return int(rng.choice(len(p), p=p / p.sum()))
