"""Language models that score all words after each token."""

from __future__ import annotations

from typing import Any

from framework.arrays import Arrays
from framework.interfaces import LanguageModel

#: Parameter of an affine layer -> its name as the last layer of a language model.
SCORES = {"W": "U", "b": "b_2"}


class WordScorer(LanguageModel):
    """A language model whose `forward` takes tokens and a state, and leaves the last state."""

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Read one token of each text `(N,)`; log P of the one after it `(N, V)`, and the state."""
        logits = self.forward(self._arrays.column(tokens), state)[:, 0]
        return log_softmax(logits, self._arrays), self.state

    def read_text(self, tokens: Any, state: Any) -> tuple[list[Any], Any]:
        """Read several tokens of each text in one forward; predict the next one after each."""
        log_probabilities = log_softmax(self.forward(tokens, state), self._arrays)
        return [log_probabilities[:, t] for t in range(tokens.shape[1])], self.state


def log_softmax(scores: Any, arrays: Arrays) -> Any:
    """Return the log probabilities `(..., V)` of `scores: (..., V)` on `arrays`."""
    xp = arrays.namespace
    shifted = scores - xp.amax(scores, -1)[..., None]
    return shifted - xp.log(xp.exp(shifted).sum(-1))[..., None]
