"""Translation with a transformer: an encoder and a decoder of blocks.

Source: Vaswani et al., "Attention Is All You Need" (2017); Press and Wolf, "Using the Output
Embedding to Improve Language Models" (2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding, Sinusoids
from plugins.networks.shared.scored_words import log_softmax
from plugins.networks.shared.translator import Translator
from plugins.networks.transformers.decoder_block import DecoderBlock


class PlacedWords(Model):
    """x = dropout(√D E[ids] + p), with the sinusoids p of the positions."""

    def __init__(
        self,
        vocabulary_size: int,
        features: int,
        *,
        keep_probability: float,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.features, self.scale = features, features**0.5
        table = rng.normal(scale=features**-0.5, size=(vocabulary_size, features))
        self.embedding = self.add_child("_embedding", Embedding(table))
        self.positions = Sinusoids()
        dropout = part("dropout")(keep_probability, inverted=True, rng=rng)
        self.dropout: Any = self.add_child("dropout", dropout)

    def forward(self, ids: Any, start: int = 0) -> Any:
        """Return the vectors `(N, T, D)` of `ids: (N, T)` from the position `start` on.

        Raises:
            IndexError: an id that is no row of the table.
        """
        vectors = self.embedding.forward(ids) * self.scale
        return self.dropout.forward(self.positions.forward(vectors, start))

    def backward(self, grad_output: Any) -> None:
        """Backpropagate `(N, T, D)` to the word vectors."""
        self.embedding.backward(self.dropout.backward(grad_output) * self.scale)


class _Blocks(Model):
    """Words in a text, blocks of one size, and the norm of what the last block returns."""

    def __init__(self, words: PlacedWords, blocks: Sequence[Any]) -> None:
        super().__init__()
        self.words = self.add_child("_words", words)
        self.blocks = [self.add_child(f"block_{i}", block) for i, block in enumerate(blocks, 1)]
        self.norm: Any = self.add_child("norm", part("layer_norm")(words.features))


class BlockEncoder(_Blocks):
    """The memory `(N, S, D)` of sentences: what transformer blocks make of all words at once."""

    def forward(self, ids: Any) -> Any:
        """Return the memory of `ids: (N, S)`, padded at the end.

        Raises:
            IndexError: an id that is no row of the table.
        """
        x, mask = self.words.forward(ids), self._arrays.words(ids)
        for block in self.blocks:
            x = block.forward(x, mask)
        return self.norm.forward(x)

    def backward(self, grad_memory: Any) -> None:
        """Backpropagate `(N, S, D)` through the blocks to the word vectors."""
        grad = self.norm.backward(grad_memory)
        for block in reversed(self.blocks):
            grad = block.backward(grad)
        self.words.backward(grad)


class BlockDecoder(_Blocks):
    """logits = norm(blocks(x, memory)) Eᵀ, where E has the vectors of the words, too.

    The state of its texts has a cache, and the keys and values of the memory, for each block; then
    the words of the source.
    """

    def forward(self, tokens: Any, memory: Any, words: Any = None) -> Any:
        """Logits `(N, T, V)` for `tokens: (N, T)` and the memory `(N, S, D)` of the source.

        The `words: (N, S)` are False at padding.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: `memory` or `words` have another shape.
        """
        x = self.words.forward(tokens)
        for block in self.blocks:
            x = block.forward(x, memory, words)
        return self._scores(x)

    def backward(self, grad_logits: Any) -> Any:
        """Backpropagate `(N, T, V)`, and return the gradient of the memory `(N, S, D)`."""
        (*_, V), (*_, D) = grad_logits.shape, self._h.shape
        self.gradients["embedding"] += grad_logits.reshape(-1, V).T @ self._h.reshape(-1, D)
        grad, of_memory = self.norm.backward(grad_logits @ self.parameters["embedding"]), 0
        for block in reversed(self.blocks):
            grad, of_block = block.backward(grad)
            of_memory = of_memory + of_block
        self.words.backward(grad)
        return of_memory

    def initial_state(self, batch_size: int, memory: Any, words: Any = None) -> Any:
        """Return the state before the first token.

        Raises:
            ValueError: the memory has another batch.
        """
        if len(memory) != batch_size:
            raise ValueError(f"the memory has {len(memory)} sources, but {batch_size} texts")
        return tuple(block.initial_state(memory) for block in self.blocks), words

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Read one token of each text `(N,)`; log P of the one after it `(N, V)`, and the state."""
        before, words = state
        (keys, _), _ = before[0]
        x, after = self.words.forward(self._arrays.column(tokens), keys.shape[2]), []
        for block, of_block in zip(self.blocks, before, strict=True):
            x, of_block = block.step(x, of_block, words)
            after.append(of_block)
        return log_softmax(self._scores(x)[:, 0], self._arrays), (tuple(after), words)

    def _scores(self, x: Any) -> Any:
        """Return the logits `(N, T, V)` of what the last block returns."""
        self._h = self.norm.forward(x)
        return self._h @ self.parameters["embedding"].T


class TransformerTranslator(Translator):
    """P(target | source): an encoder and a decoder with `layers` blocks each.

    Args:
        source_size, target_size: sizes of the two vocabularies.
        embedding_size: D.
        heads: H, a divisor of D.
        layers: number of blocks of the encoder, and of the decoder.
        hidden: size of the hidden layers of the blocks; None: 4 D.
        keep_probability: in (0, 1], of dropout on word vectors and on the output of each layer.
        rng: draws the parameters, and what dropout drops.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embedding_size: int = 64,
        heads: int = 4,
        layers: int = 2,
        *,
        hidden: int | None = None,
        keep_probability: float = 1.0,
        rng: np.random.Generator,
    ) -> None:
        if layers < 1:
            raise ValueError(f"layers should be at least 1, but are {layers}")
        if embedding_size < 1:
            raise ValueError(f"embedding_size should be at least 1, but is {embedding_size}")
        how: dict[str, Any] = {"keep_probability": keep_probability, "rng": rng}

        def words(size: int) -> PlacedWords:
            return PlacedWords(size, embedding_size, **how)

        def blocks(block: Any) -> list[Any]:
            return [block(embedding_size, heads, hidden=hidden, **how) for _ in range(layers)]

        encoder = BlockEncoder(words(source_size), blocks(part("transformer_block")))
        super().__init__(encoder, BlockDecoder(words(target_size), blocks(DecoderBlock)))

    def alignment(self, source: Any, target: Any) -> Any:
        """Return the weights `(N, T, S)` of the source words for each word of `target: (N, T)`.

        They are the mean of the heads of the last block.
        """
        self._read_before(source, target)
        return self.decoder.blocks[-1].cross.mean_weights
