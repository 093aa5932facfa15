"""Sampling of text from a language model: its distribution, and tokens drawn one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from framework.data.vocabulary import EOS
from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, LanguageModel, read_tokens

#: Scores `(N, V)` of a backend -> log probabilities `(N, V)` of the words that may be drawn.
Truncate = Callable[[Any], Any]


class Tempered(LanguageModel):
    """A language model at a temperature, truncated: the distributions that tokens are drawn from.

    The log probabilities are normalised, in float64. A row without any token stays −∞.

    Args:
        model: in evaluation mode.
        arrays: the model's own arrays.
        temperature: below 1, likely words become more likely; 0 leaves only the likeliest one.
        truncate: removes some words, after the temperature; None keeps all.

    Attributes:
        calls: the number of calls that have read tokens.

    Raises:
        BadInputError: `temperature` is negative.
    """

    def __init__(
        self,
        model: LanguageModel,
        arrays: Arrays,
        temperature: float = 1.0,
        truncate: Truncate | None = None,
    ) -> None:
        super().__init__()
        if temperature < 0:
            raise BadInputError(f"the temperature should be at least 0, but is {temperature}")
        self._model, self._own, self._truncate = model, arrays, truncate
        self._temperature, self.calls = temperature, 0

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the model."""
        return self._model.initial_state(batch_size)

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Return the log probabilities `(N, V)` that tokens are drawn with, and the state."""
        return self.read_tokens(tokens[:, None], state)[0]

    def read_tokens(self, tokens: Any, state: Any) -> list[tuple[Any, Any]]:
        """Return the results for all tokens, from one call of the model."""
        self.calls += 1
        results = read_tokens(self._model, tokens, state)
        return [(self._changed(log_probabilities), after) for log_probabilities, after in results]

    def _changed(self, log_probabilities: Any) -> Any:
        """Apply the temperature and the truncation, and normalise in float64."""
        if self._temperature > 0:
            log_probabilities = log_probabilities / self._temperature
        if self._truncate is not None:
            log_probabilities = self._truncate(log_probabilities)
        scores = self._own.to_numpy(log_probabilities).astype(np.float64)
        if self._temperature == 0:
            is_likeliest = np.arange(scores.shape[1]) == scores.argmax(axis=1)[:, None]
            scores = np.where(is_likeliest, scores, -np.inf)
        total = np.logaddexp.reduce(scores, axis=1, keepdims=True)
        return self._own.from_numpy(scores - np.where(np.isinf(total), 0.0, total))


def sample_tokens(
    model: LanguageModel, prompt: Sequence[int], *, arrays: Arrays, rng: np.random.Generator
) -> Iterator[int]:
    """Yield tokens after `prompt` without end, each with its probability.

    Args:
        model: in evaluation mode; its probabilities need not sum to 1.
        prompt: the ids before the sampled text, at least one.
        arrays: the model's own arrays.
        rng: draws the tokens.

    Raises:
        BadInputError: `prompt` is empty; or, while tokens are drawn, none has a probability.
    """
    if not len(prompt):
        raise BadInputError("sampling needs a prompt of at least one token")
    return _tokens(model, prompt, arrays, rng)


def first_sentence(tokens: Iterable[int]) -> Iterator[int]:
    """Yield `tokens` up to the first `EOS`."""
    for token in tokens:
        yield token
        if token == EOS:
            return


def _tokens(
    model: LanguageModel, prompt: Sequence[int], arrays: Arrays, rng: np.random.Generator
) -> Iterator[int]:
    state = model.initial_state(1)
    unread = list(prompt)
    while True:
        ids = arrays.from_numpy(np.array([unread], dtype=np.int64))
        log_probabilities, state = read_tokens(model, ids, state)[-1]
        unread = [_draw(arrays.to_numpy(log_probabilities)[0], rng)]
        yield unread[0]


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
