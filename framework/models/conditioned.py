"""A conditional language model with a fixed condition, used as a `LanguageModel`.

Sampling, beam search and perplexity need a `LanguageModel`. With this class they also work for a
caption of a picture or a translation of a sentence (lecture 6, section 3.6).
"""

from __future__ import annotations

from typing import Any

from framework.interfaces import LanguageModel


class Conditioned(LanguageModel):
    """P(text | condition) for one condition per text; it cannot be trained.

    Args:
        model: has ``forward(tokens, *condition)``, ``initial_state(batch_size, *condition)``, and
            ``next_log_probabilities(tokens, state)`` whose state carries the condition. On any
            backend's arrays.
        condition: one or more arrays `(N, ...)`, with a row for each of the N texts of the batch.
    """

    def __init__(self, model: Any, *condition: Any) -> None:
        super().__init__()
        self.model, self.condition = model, condition

    def forward(self, tokens: Any) -> Any:
        """Return the logits `(N, T, V)` of `tokens: (N, T)`."""
        return self.model.forward(tokens, *self.condition)

    def initial_state(self, batch_size: int) -> Any:
        """Return the state before the first token; `batch_size` must be N."""
        return self.model.initial_state(batch_size, *self.condition)

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Log probabilities `(N, V)` of what follows `tokens: (N,)`, and the state after them."""
        log_probabilities, state = self.model.next_log_probabilities(tokens, state)
        return log_probabilities, state
