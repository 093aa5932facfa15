"""A language model under a rule: words that the rule refuses have the probability 0.

Sampling and beam search of every provider then write texts that fulfil the rule (lecture 6,
section 2.12).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from framework.data.vocabulary import EOS, Ids
from framework.evaluation.text_rules import Automaton, words_needed
from framework.interfaces import Arrays, LanguageModel, read_tokens


class Ruled(LanguageModel):
    """P(next word) of a language model, 0 for each word after which no text fulfils the rule.

    The probabilities of the other words are those of the model: they are not divided by their sum.
    The state is the model's, the state of the automaton `(N,)`, and the number of words written
    `(N,)`, negative while the prompt is read.

    Args:
        model: any language model, in evaluation mode.
        rule: the automaton of the allowed sentences, prompt included; `EOS` may only follow in an
            accepting state.
        prompt: the ids that the model reads first: `EOS`, then words, which `rule` reads, too.
        length: the most words to write. From the last one on, `rule` accepts the text. A smaller
            number lets the words that must come stand earlier.
        arrays: the model's own arrays.

    Raises:
        BadInputError: no text after the prompt fulfils `rule`, or none of this length.
    """

    def __init__(
        self,
        model: LanguageModel,
        rule: Automaton,
        prompt: Sequence[int],
        length: int,
        arrays: Arrays,
    ) -> None:
        super().__init__()
        words_needed(rule, prompt[1:], length)
        self._model, self._own, self._prompt, self._length = model, arrays, len(prompt), length
        self._start = rule.state_after(prompt[1:])
        refused = len(rule.accepting)
        self._steps = np.vstack([rule.steps, np.full_like(rule.steps[:1], refused)])
        self._distances = rule.distances

    def initial_state(self, batch_size: int) -> tuple[Any, Any, Any]:
        """Return the state before the first token of the prompt."""
        start, read = np.full(batch_size, self._start), np.full(batch_size, -self._prompt)
        return (
            self._model.initial_state(batch_size),
            self._own.from_numpy(start),
            self._own.from_numpy(read),
        )

    def next_log_probabilities(
        self, tokens: Any, state: tuple[Any, Any, Any]
    ) -> tuple[Any, tuple[Any, Any, Any]]:
        """Return the model's log probabilities `(N, V)`, −∞ for refused words, and the state."""
        return self.read_tokens(tokens[:, None], state)[0]

    def read_tokens(
        self, tokens: Any, state: tuple[Any, Any, Any]
    ) -> list[tuple[Any, tuple[Any, Any, Any]]]:
        """Return the results for all tokens, from one call of the model."""
        below, at, read = state
        to_numpy, from_numpy = self._own.to_numpy, self._own.from_numpy
        now, written, results = to_numpy(at), to_numpy(read), []
        columns = to_numpy(tokens).T
        answers = read_tokens(self._model, tokens, below)
        for column, (log_probabilities, after) in zip(columns, answers, strict=True):
            written = written + 1
            now = np.where(written > 0, self._steps[now, column], now)
            allowed = from_numpy(self._allowed(now, written))
            masked = self._own.namespace.where(allowed, log_probabilities, -np.inf)
            results.append((masked, (after, from_numpy(now), from_numpy(written))))
        return results

    def _allowed(self, now: Ids, written: Ids) -> npt.NDArray[np.bool_]:
        """Return which words may follow, `(N, V)`: all of them after the end of the text."""
        left = np.maximum(self._length - written - 1, 0)
        allowed: npt.NDArray[np.bool_] = self._distances[self._steps[now]] <= left[:, None]
        allowed[:, EOS] = self._distances[now] == 0
        allowed[now == len(self._steps) - 1] = True
        return allowed
