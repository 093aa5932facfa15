"""A language model of causal transformer blocks (Vaswani et al. 2017; Radford et al. 2018).

In all shapes N is the number of texts, T of tokens, S of tokens read before, D of features, and V
of words.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part

#: The tokens that are in the cache, `(N, S)`, and the cache of each block, from below.
State = tuple[Array, tuple[Any, ...]]


class TransformerLM(LanguageModel):
    """logits = norm(block_L(... block_1(E[x] + P))) Eᵀ, with the same matrix E at both ends.

    Args:
        vocabulary_size, embedding_size: V and D.
        heads: H of each block, a divisor of D.
        layers: L, the number of blocks.
        context: the number of positions, ≥ 2.
        keep_probability: that of the dropout of each block.
        rng: draws the parameters, and what dropout drops.

    Parameters: embedding `(V, D)`; those of the parts as positions.P, block_1.NAME, ...,
    block_L.NAME and norm.NAME.
    Attributes:
        blocks: the list of the blocks, from below.
    Raises: ValueError if there is no block, `context` is below 2, or a part raises one.
    """

    #: Every chunk of a text in training is a text of its own: `forward` keeps no state.
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
        _check_sizes(layers, context)
        V, D = vocabulary_size, embedding_size
        self.vocabulary_size, self.context = V, context
        self.add_parameter("embedding", rng.normal(scale=0.02, size=(V, D)))
        positions = part("learned_positions")(context, D, rng=rng)
        self.positions: Any = self.add_child("positions", positions)
        # BEGIN SOLUTION: causal blocks with this dropout, and the norm above the last block
        self.blocks: list[Any] = []
        for i in range(1, layers + 1):
            block = part("transformer_block")(
                D, heads, causal=True, keep_probability=keep_probability, rng=rng
            )
            self.blocks.append(self.add_child(f"block_{i}", block))
        self.norm: Any = self.add_child("norm", part("layer_norm")(D))
        # END SOLUTION

    def forward(self, tokens: Array, state: None = None) -> Array:
        """Return the logits `(N, T, V)`: those at t predict x_{t+1}.

        Args:
            tokens: ids, `(N, T)` with 1 ≤ T ≤ context: the first one has position 0.
            state: None. Texts are continued by `step`.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: the texts are longer than the context, or there is a state.
        """
        if state is not None:
            raise ValueError("forward starts each text anew: `step` continues one with its state")
        _check_tokens(tokens, self.vocabulary_size, 0, self.context)
        # BEGIN SOLUTION: the vectors of tokens and positions, all blocks, the norm, the scores
        self._tokens = tokens
        x = self.positions.forward(self.parameters["embedding"][tokens])
        for block in self.blocks:
            x = block.forward(x)
        self._h = self.norm.forward(x)
        # one large product: @ computes a small one for each text, which is slower
        return np.tensordot(self._h, self.parameters["embedding"].T, axes=1)
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits` `(N, T, V)` of the last `forward`."""
        # BEGIN SOLUTION: E as the matrix of the scores, the norm, the blocks, E as the vectors
        every_token = ([0, 1], [0, 1])
        gradient = self.gradients["embedding"]
        gradient += np.tensordot(grad_logits, self._h, axes=every_token)
        grad_x = self.norm.backward(np.tensordot(grad_logits, self.parameters["embedding"], axes=1))
        for block in reversed(self.blocks):
            grad_x = block.backward(grad_x)
        np.add.at(gradient, self._tokens, self.positions.backward(grad_x))
        # END SOLUTION

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first token: no tokens, and a cache without words."""
        # BEGIN SOLUTION
        no_tokens = np.zeros((batch_size, 0), dtype=np.int64)
        return no_tokens, tuple(block.initial_cache(batch_size) for block in self.blocks)
        # END SOLUTION

    def step(self, tokens: Array, state: State) -> tuple[Array, State]:
        """Continue texts: `forward` of all tokens, computed for the new tokens alone.

        Args:
            tokens: ids of the next tokens, `(N, T)` with T ≥ 1. The first one has position S.
            state: of the S tokens before, from `initial_state` or `step`. Not modified.

        Returns:
            the logits `(N, T, V)` of the new tokens, and the state of all S + T tokens.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: the state has another batch, or S + T is greater than the context.
        """
        read = state[0]
        _check_batch(read, tokens)
        _check_tokens(tokens, self.vocabulary_size, read.shape[1], self.context)
        # BEGIN SOLUTION: as in forward, with the positions from S on, and the step of each block
        x = self.positions.forward(self.parameters["embedding"][tokens], read.shape[1])
        grown = []
        for block, cache in zip(self.blocks, state[1], strict=True):
            x, longer = block.step(x, cache)
            grown.append(longer)
        logits = np.tensordot(self.norm.forward(x), self.parameters["embedding"].T, axes=1)
        return logits, (np.concatenate([read, tokens], axis=1), tuple(grown))
        # END SOLUTION

    def shortened(self, state: State) -> State:
        """Return the state of the last ⌊context / 2⌋ tokens alone, read again from position 0."""
        # BEGIN SOLUTION
        kept = state[0][:, -(self.context // 2) :]
        return self.step(kept, self.initial_state(len(kept)))[1]
        # END SOLUTION

    def next_log_probabilities(self, tokens: Array, state: State) -> tuple[Array, State]:
        """Read one token of each text `(N,)`; return log P `(N, V)` of the next, and the state.

        A state with `context` tokens is shortened first.
        """
        # BEGIN SOLUTION: make room, one step, then a log softmax that is stable for large scores
        if state[0].shape[1] == self.context:
            state = self.shortened(state)
        logits, after = self.step(tokens[:, None], state)
        scores = logits[:, 0] - logits[:, 0].max(axis=-1, keepdims=True)
        return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True)), after
        # END SOLUTION


def _check_sizes(layers: int, context: int) -> None:
    """Given: refuse a model without blocks, and a context that cannot be shortened.

    Raises:
        ValueError: `layers` is below 1, or `context` below 2; the message says the number.
    """
    if layers < 1:
        raise ValueError(f"layers should be at least 1, but are {layers}")
    if context < 2:
        raise ValueError(f"context should be at least 2, but is {context}")


def _check_tokens(tokens: Array, vocabulary_size: int, start: int, context: int) -> None:
    """Given: refuse ids of no words, and tokens that have no position.

    Args:
        tokens: `(N, T)`.
        start: the position of the first one.

    Raises:
        IndexError: an id is outside 0 ... V−1.
        ValueError: there is no token, or the last one has no position.
    """
    if tokens.ndim != 2 or tokens.shape[1] == 0:
        raise ValueError(f"tokens should be (N, T) with T ≥ 1, but are {tokens.shape}")
    if tokens.size and not 0 <= tokens.min() <= tokens.max() < vocabulary_size:
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{tokens.min()} ... {tokens.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
    end = start + tokens.shape[1]
    if end > context:
        raise ValueError(f"the texts have {end} tokens, but the context is {context}")


def _check_batch(read: Array, tokens: Array) -> None:
    """Given: refuse a state of other texts.

    Raises:
        ValueError: it has another number of texts than `tokens`.
    """
    if len(read) != len(tokens):
        raise ValueError(f"the state has {len(read)} texts, but the tokens have {len(tokens)}")
