"""The language model of causal transformer blocks.

Source: Vaswani et al., "Attention Is All You Need" (2017); Press and Wolf, "Using the Output
Embedding to Improve Language Models" (2017); Radford et al., "Language Models are Unsupervised
Multitask Learners" (2019), section 2.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding
from plugins.networks.shared.scored_words import log_softmax


class TransformerLM(LanguageModel):
    """logits = norm(blocks(E[x] + P)) Eᵀ.

    A state has the ids of S tokens `(N, S)`, and a tuple with the cache of each block.
    """

    state: None = None

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        heads: int = 4,
        layers: int = 2,
        context: int = 64,
        *,
        keep_probability: float = 1.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"layers should be at least 1, but are {layers}")
        if context < 2:
            raise ValueError(f"context should be at least 2, but is {context}")
        V, D = vocabulary_size, embedding_size
        self.vocabulary_size, self.context = V, context
        table = rng.normal(scale=0.02, size=(V, D))
        self.embedding = self.add_child("_embedding", Embedding(table))
        positions = part("learned_positions")(context, D, rng=rng)
        self.positions = self.add_child("positions", positions)
        options: dict[str, Any] = {"causal": True, "keep_probability": keep_probability}
        self.blocks: list[Any] = [
            self.add_child(f"block_{i}", part("transformer_block")(D, heads, **options, rng=rng))
            for i in range(1, layers + 1)
        ]
        self.norm = self.add_child("norm", part("layer_norm")(D))

    def forward(self, tokens: Any, state: None = None) -> Any:
        """Return the logits `(N, T, V)` of `tokens: (N, T)`, the first of which has position 0.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: T is 0 or above the context, or there is a state.
        """
        if state is not None:
            raise ValueError("forward starts each text anew: `step` continues one with its state")
        x = self._vectors(tokens, 0)
        for block in self.blocks:
            x = block.forward(x)
        self._h = self.norm.forward(x)
        return self._h @ self.parameters["embedding"].T

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, V)` through the scores, the norm, the blocks and the vectors."""
        (*_, V), (*_, D) = grad_logits.shape, self._h.shape
        self.gradients["embedding"] += grad_logits.reshape(-1, V).T @ self._h.reshape(-1, D)
        grad_x = self.norm.backward(grad_logits @ self.parameters["embedding"])
        for block in reversed(self.blocks):
            grad_x = block.backward(grad_x)
        self.embedding.backward(self.positions.backward(grad_x))

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of `batch_size` texts without tokens."""
        no_tokens = self._arrays.from_numpy(np.zeros((batch_size, 0), np.int64))
        return no_tokens, tuple(block.initial_cache(batch_size) for block in self.blocks)

    def step(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Return the logits `(N, T, V)` of `tokens: (N, T)` after those of `state`, and the state.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: T is 0, the state has other texts, or all tokens are above the context.
        """
        read, caches = state
        if len(read) != len(tokens):
            raise ValueError(f"the state has {len(read)} texts, but the tokens have {len(tokens)}")
        x = self._vectors(tokens, read.shape[1])
        after = []
        for block, cache in zip(self.blocks, caches, strict=True):
            x, longer = block.step(x, cache)
            after.append(longer)
        logits = self.norm.forward(x) @ self.parameters["embedding"].T
        ids = self._arrays.namespace.concatenate([read, self._arrays.asarray(tokens)], -1)
        return logits, (ids, tuple(after))

    def shortened(self, state: Any) -> Any:
        """Return the state of the last ⌊context / 2⌋ tokens, which are read again."""
        kept = state[0][:, -(self.context // 2) :]
        return self.step(kept, self.initial_state(len(kept)))[1]

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Read one token of each text `(N,)`; log P of the one after it `(N, V)`, and the state."""
        return self.read_tokens(self._arrays.column(tokens), state)[0]

    def read_tokens(self, tokens: Any, state: Any) -> list[tuple[Any, Any]]:
        """Read tokens `(N, T)`, as many in one step as the context has room for."""
        self._arrays.check_ids(tokens, self.vocabulary_size)
        results = []
        while tokens.shape[1]:
            if state[0].shape[1] == self.context:
                state = self.shortened(state)
            S = state[0].shape[1]
            now, tokens = tokens[:, : self.context - S], tokens[:, self.context - S :]
            logits, state = self.step(now, state)
            log_probabilities = log_softmax(logits, self._arrays)
            states = [_state_of_first(S + t, state) for t in range(1, now.shape[1])] + [state]
            results += [(log_probabilities[:, t], after) for t, after in enumerate(states)]
        return results

    def _vectors(self, tokens: Any, start: int) -> Any:
        """Return the vectors `(N, T, D)` of tokens from the position `start` on."""
        tokens = self._arrays.asarray(tokens)
        self._arrays.check_ids(tokens, self.vocabulary_size)
        if tokens.ndim != 2 or not tokens.shape[1]:
            raise ValueError(f"tokens should be (N, T) with T ≥ 1, but are {tuple(tokens.shape)}")
        if (end := start + tokens.shape[1]) > self.context:
            raise ValueError(f"the texts have {end} tokens, but the context is {self.context}")
        return self.positions.forward(self.embedding.forward(tokens), start)


def _state_of_first(length: int, state: Any) -> Any:
    """Return the state after the first `length` tokens of `state`."""
    read, caches = state
    return read[:, :length], tuple(
        (keys[:, :, :length], values[:, :, :length]) for keys, values in caches
    )
