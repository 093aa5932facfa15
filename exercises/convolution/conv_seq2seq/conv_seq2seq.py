"""Translation: a convolutional encoder and a recurrent decoder, a conditional language model.

Source: CS224n lecture 11, section 3.8; Kalchbrenner and Blunsom, "Recurrent Continuous Translation
Models" (2013), sections 3 and 4: the convolutional sentence model, and RCTM I.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


class ConvolutionalEncoder(Model):
    """An encoder that turns a sentence into one vector, by convolutions without padding.

        x_0 = embedding[ids]                                  s steps
        x_i = tanh(conv_i(x_{i−1}))   for i = 1 ... L         steps_i = steps_{i−1} − width_i + 1
        c = x_L                                               1 step

    Every convolution has the given width, except that the last one may be narrower: it is as wide
    as the steps that are left.

    Args:
        vocabulary_size: V.
        embedding_size: E.
        channels: C, the channels of every convolution, and the size of the vector.
        length: s ≥ 2; shorter sentences are padded with `PAD`, which is read like any word.
        width: width of the convolutions, ≥ 2.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, conv_1.W `(width_1, E, C)`, conv_1.b `(C,)`, conv_2.W `(width_2, C, C)`,
        conv_2.b, ...

    Raises:
        ValueError: `length` or `width` is below 2.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        channels: int,
        length: int,
        width: int = 3,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if min(length, width) < 2:
            raise ValueError(f"length and width are at least 2, but got {length} and {width}")
        V, E, C = vocabulary_size, embedding_size, channels
        self.vocabulary_size, self.length = V, length
        self.add_parameter("embedding", rng.normal(size=(V, E)))
        self.layers: list[Model] = []
        for i, width_i in enumerate(layer_widths(length, width), start=1):
            conv = part("conv1d")(E if i == 1 else C, C, width_i, rng=rng)
            tanh = part("tanh")()
            self.layers += [self.add_child(f"conv_{i}", conv), self.add_child(f"tanh_{i}", tanh)]

    def forward(self, ids: Array) -> Array:
        """Return the vectors of sentences.

        Args:
            ids: `(N, T)` integers, T ≤ s.

        Returns:
            c `(N, C)`.

        Raises:
            ValueError: a sentence has more than s words.
            IndexError: an id outside 0 ... V−1.
        """
        _check_ids(ids, self.vocabulary_size)
        if ids.shape[1] > self.length:
            raise ValueError(f"a sentence has {ids.shape[1]} words, where {self.length} have room")
        # TODO: pad to s words; embedding; self.layers; return the step that is left
        raise NotImplementedError

    def backward(self, grad_output: Array) -> None:
        """Send the gradient back through all layers to the vectors of the words.

        Args:
            grad_output: ∂c `(N, C)`. Not modified.
        """
        # TODO: your code here
        raise NotImplementedError


def layer_widths(length: int, width: int) -> list[int]:
    """Return the widths of the convolutions that reduce `length` steps to one, from below.

    A convolution of width w without padding removes w − 1 steps. All have the given `width`, except
    that the last one is as wide as the steps that are left, if these are fewer.

    Args:
        length: s ≥ 1; 1 needs no convolution.
        width: ≥ 2.
    """
    # TODO: your code here
    raise NotImplementedError


class ConvolutionalTranslator(Model):
    """P(target | source) = Π_t P(y_t | y_1 ... y_{t−1}, c) with c = encoder(source).

    The decoder is a recurrent language model of the target language with the condition c: your
    `ConditionalLM` of the exercise conditional_lm.

    Args:
        source_size, target_size: sizes V of the two vocabularies.
        embedding_size: E, the size of the word vectors of both languages.
        hidden_size: H, the size of c and of the decoder's state.
        length: s, the maximum number of words of a source sentence.
        width: width of the encoder's convolutions.
        cell: registered name of the decoder's recurrent layer.
        rng: draws the initial weights.

    Parameters:
        those of the encoder as ``encoder.NAME``, those of the decoder as ``decoder.NAME``.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embedding_size: int,
        hidden_size: int,
        length: int,
        width: int = 3,
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        E, H = embedding_size, hidden_size
        encoder = ConvolutionalEncoder(source_size, E, H, length, width, rng=rng)
        decoder = part("conditional_lm")(target_size, H, E, H, cell, rng=rng)
        self.encoder: Any = self.add_child("encoder", encoder)
        self.decoder: Any = self.add_child("decoder", decoder)
        self.greedy, self.beam_search = part("greedy"), part("beam_search")

    def forward(self, source: Array, before: Array) -> Array:
        """Return the scores of every word of the translation, given all words before it.

        Args:
            source: ids `(N, T)`.
            before: ids `(N, U)` of the target language: `END`, then the translation without its
                last word. before[:, t] is the word before the one that logits[:, t] scores.

        Returns:
            logits `(N, U, V)`.

        Raises:
            ValueError: a sentence has more than s words.
            IndexError: an id without a row in its embedding.
        """
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Send the gradient back through the decoder, and that of its condition to the encoder.

        Args:
            grad_logits: `(N, U, V)`. Not modified.
        """
        # TODO: your code here
        raise NotImplementedError

    def translate(self, source: Array, length: int, beam_size: int = 1) -> Array:
        """Write translations word by word; the decoder reads each word before it writes the next.

        The decoder starts from `END`, and a translation ends with `END`. With a `beam_size` above
        1, `self.beam_search` writes each translation; otherwise `self.greedy` writes all in
        parallel. Both need a language model: ``Conditioned(self.decoder, c)`` is one.

        Args:
            source: ids `(N, T)`.
            length: maximum number of words to write, including `END`.
            beam_size: B ≥ 1.

        Returns:
            ids `(N, length)`: the translation, `END` if it was written, then `PAD`.

        Raises:
            ValueError: `beam_size` is below 1, `length` is negative or a sentence too long.
        """
        if beam_size < 1:
            raise ValueError(f"beam_size is at least 1, but got {beam_size}")
        # TODO: call self.greedy or self.beam_search; only `PAD` may follow `END`
        raise NotImplementedError


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, found = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {found}")
