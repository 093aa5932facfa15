"""Translation: CS224n lecture 11, 3.8; Kalchbrenner and Blunsom (2013), sections 3 and 4."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


class ConvolutionalEncoder(Model):
    """An encoder that turns a sentence into one vector, by convolutions without padding.

    Args:
        vocabulary_size, embedding_size: V and E.
        channels: C, the channels of every convolution, and the size of the vector.
        length: s ≥ 2; shorter sentences are padded with `PAD`, which is read like any word.
        width: width of the convolutions, ≥ 2; see `layer_widths`.

    Parameters: embedding `(V, E)`, conv_1.W `(width_1, E, C)`, conv_1.b `(C,)`,
    conv_2.W `(width_2, C, C)`, conv_2.b, ...
    Raises: ValueError if `length` or `width` is below 2.
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
        """Return the vectors c `(N, C)` of sentences, `ids: (N, T)` with T ≤ s.

        Raises:
            ValueError: a sentence has more than s words.
            IndexError: an id outside 0 ... V−1.
        """
        _check_ids(ids, self.vocabulary_size)
        if ids.shape[1] > self.length:
            raise ValueError(f"a sentence has {ids.shape[1]} words, where {self.length} have room")
        # BEGIN SOLUTION: pad to s words; embedding; self.layers; return the step that is left
        missing = self.length - ids.shape[1]
        self._ids = np.pad(ids, ((0, 0), (0, missing)), constant_values=PAD)
        x = self.parameters["embedding"][self._ids]
        for layer in self.layers:
            x = layer.forward(x)
        return x[:, 0]
        # END SOLUTION

    def backward(self, grad_output: Array) -> None:
        """Add all gradients for `grad_output: (N, C)` to `gradients`; returns nothing."""
        # BEGIN SOLUTION
        grad = grad_output[:, None]
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        np.add.at(self.gradients["embedding"], self._ids, grad)
        # END SOLUTION


def layer_widths(length: int, width: int) -> list[int]:
    """Return the widths of the convolutions that reduce `length` steps to one, from below.

    Args:
        length: s ≥ 1; 1 needs no convolution.
        width: ≥ 2.
    """
    # BEGIN SOLUTION
    widths = []
    while length > 1:
        widths.append(min(width, length))
        length -= widths[-1] - 1
    return widths
    # END SOLUTION


class ConvolutionalTranslator(Model):
    """A translator: a convolutional encoder, and a language model with the encoding as condition.

    Args:
        source_size, target_size: sizes V of the two vocabularies.
        embedding_size, hidden_size: E, of both languages, and H, of c and the decoder's state.
        length, width: s, the maximum length of a source sentence, and the convolutions' width.
        cell: registered name of the decoder's recurrent layer.

    Parameters: those of the encoder as encoder.NAME, those of the decoder as decoder.NAME.
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
        """Return the scores `(N, U, V)` of every word of the translation.

        Args:
            source: ids `(N, T)`.
            before: ids `(N, U)` of the target language, the word before each word to be scored:
                `END`, then the translation without its last word.

        Raises:
            ValueError: a sentence has more than s words.
            IndexError: an id without a row in its embedding.
        """
        # BEGIN SOLUTION
        return self.decoder.forward(before, self.encoder.forward(source))
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, U, V)` to `gradients`; returns nothing."""
        # BEGIN SOLUTION
        self.encoder.backward(self.decoder.backward(grad_logits))
        # END SOLUTION

    def translate(self, source: Array, length: int, beam_size: int = 1) -> Array:
        """Write translations from `END` to `END`; the decoder reads its own words.

        `self.greedy` writes all in parallel; above a `beam_size` of 1, `self.beam_search` each one.

        Args:
            source: ids `(N, T)`.
            length: maximum number of words to write, including `END`.
            beam_size: B ≥ 1.

        Returns: ids `(N, length)`: the translation, `END` if it was written, then `PAD`.
        Raises: ValueError if `beam_size` is below 1, `length` is negative or a sentence too long.
        """
        if beam_size < 1:
            raise ValueError(f"beam_size is at least 1, but got {beam_size}")
        # BEGIN SOLUTION: call self.greedy or self.beam_search; only `PAD` may follow `END`
        c = self.encoder.forward(source)
        if beam_size == 1:
            starts = np.full((len(source), 1), END)
            written = self.greedy(Conditioned(self.decoder, c), starts, length)
            ended = np.cumsum(written == END, axis=1) - (written == END)  # ends before each word
            return np.where(ended, PAD, written)
        translations = np.full((len(source), length), PAD)
        for row, condition in zip(translations, c, strict=True):
            model = Conditioned(self.decoder, condition[None])
            words, _ = self.beam_search(model, np.array([END]), length, beam_size, end=END)
            row[: len(words)] = words
        return translations
        # END SOLUTION


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
