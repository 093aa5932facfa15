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
        # TODO: causal blocks with this dropout, and the norm above the last block
        raise NotImplementedError

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
        # TODO: the vectors of tokens and positions, all blocks, the norm, the scores
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits` `(N, T, V)` of the last `forward`."""
        # TODO: E as the matrix of the scores, the norm, the blocks, E as the vectors
        raise NotImplementedError

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first token: no tokens, and a cache without words."""
        # TODO: your code here
        raise NotImplementedError

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
        # TODO: as in forward, with the positions from S on, and the step of each block
        raise NotImplementedError

    def shortened(self, state: State) -> State:
        """Return the state of the last ⌊context / 2⌋ tokens alone, read again from position 0."""
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(self, tokens: Array, state: State) -> tuple[Array, State]:
        """Read one token of each text `(N,)`; return log P `(N, V)` of the next, and the state.

        A state with `context` tokens is shortened first.
        """
        # TODO: make room, one step, then a log softmax that is stable for large scores
        raise NotImplementedError


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
