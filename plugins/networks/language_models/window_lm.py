"""The language model with a fixed window.

Source: CS224n lecture 6, sections 1.13 to 1.15; Bengio et al. (2003).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding, padded
from plugins.networks.shared.scored_words import SCORES, WordScorer


class WindowLM(WordScorer):
    """ŷ_t = softmax(tanh(e_t W + b_1) U + b_2 [+ e_t W_direct]), e_t the vectors of n words.

    The state is the last n − 1 words that `forward` read, `(N, n − 1)`; V where there was none.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        window: int = 4,
        *,
        direct: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if window < 1:
            raise ValueError(f"a window holds at least one word, not {window}")
        V, E, H, D = vocabulary_size, embedding_size, hidden_size, window * embedding_size
        self.vocabulary_size, self.window, self.direct = V, window, direct
        table = rng.normal(scale=0.1, size=(V + 1, E))
        self.embedding = self.add_child("_embedding", Embedding(table))
        self.hidden = self.add_child("_hidden", part("affine")(D, H, rng=rng), {"b": "b_1"})
        self.f = part("tanh")()
        self.scores = self.add_child("_scores", part("affine")(H, V, rng=rng), SCORES)
        if direct:
            self.add_parameter("W_direct", rng.normal(scale=D**-0.5, size=(D, V)))

    def initial_state(self, batch_size: int) -> Any:
        """Return the empty history, V everywhere, `(batch_size, n − 1)`."""
        history = np.full((batch_size, self.window - 1), self.vocabulary_size)
        return self._arrays.from_numpy(history)

    def forward(self, tokens: Any, state: Any = None) -> Any:
        """Logits `(N, T, V)` for `tokens: (N, T)`; None as a state: the texts begin here.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        xp, tokens = self._arrays.namespace, self._arrays.asarray(tokens)
        self._arrays.check_ids(tokens, self.vocabulary_size)
        N, T = tokens.shape
        if state is None:
            empty = xp.broadcast_to(tokens[:, :1], (N, self.window - 1))
            state = xp.full_like(empty, self.vocabulary_size)
        text = xp.concatenate([state, tokens], -1)
        self.state = text[:, T:]
        e = self.embedding.forward(text)
        self._e = xp.concatenate([e[:, k : k + T] for k in range(self.window)], -1)
        logits = self.scores.forward(self.f.forward(self.hidden.forward(self._e)))
        return logits + self._e @ self.parameters["W_direct"] if self.direct else logits

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, V)` through both layers to the word vectors."""
        grad_e = self.hidden.backward(self.f.backward(self.scores.backward(grad_logits)))
        if self.direct:
            (*_, D), V = self._e.shape, self.vocabulary_size
            self.gradients["W_direct"] += self._e.reshape(-1, D).T @ grad_logits.reshape(-1, V)
            grad_e = grad_e + grad_logits @ self.parameters["W_direct"].T
        n, E = self.window, grad_e.shape[-1] // self.window
        blocks = [grad_e[..., k * E : (k + 1) * E] for k in range(n)]
        self.embedding.backward(
            sum(padded(block, k, n - 1 - k, self._arrays) for k, block in enumerate(blocks))
        )
