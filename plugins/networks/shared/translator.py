"""Translators: an encoder, and a decoder that reads what the encoder has made of the source.

Source: CS224n lecture 6, section 3.6; Sutskever, Vinyals and Le, "Sequence to Sequence Learning
with Neural Networks" (2014).
"""

from __future__ import annotations

from typing import Any

from framework.interfaces import Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part
from plugins.networks.shared.blocks import PAD, padded

END = 2


class Translator(Model):
    """P(target | source); a subclass may say what the decoder reads (`condition`).

    Args:
        encoder: its `forward` reads the ids of sentences.
        decoder: a conditional language model; its `backward` returns the gradient of the output of
            the encoder.
    """

    def __init__(self, encoder: Any, decoder: Any) -> None:
        super().__init__()
        self.encoder: Any = self.add_child("encoder", encoder)
        self.decoder: Any = self.add_child("decoder", decoder)
        self.greedy, self.beam_search = part("greedy"), part("beam_search")

    def condition(self, source: Any) -> tuple[Any, ...]:
        """Return what the decoder reads of `source: (N, S)`: an array for each of the words.

        The second item is False at padding, `(N, S)`.
        """
        return self.encoder.forward(source), self._arrays.words(source)

    def forward(self, source: Any, before: Any) -> Any:
        """Logits `(N, T, V)` of the words that follow `before: (N, T)`, for `source: (N, S)`.

        Raises:
            IndexError: an id that is no row of its embedding.
            ValueError: the encoder has no room for a sentence.
        """
        return self.decoder.forward(before, *self.condition(source))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, V)` through the decoder and the encoder."""
        self.encoder.backward(self.decoder.backward(grad_logits))

    def translate(self, source: Any, length: int, beam_size: int = 1) -> Any:
        """Translations of `source: (N, S)`, `(N, length)`: words, `END`, then `PAD`; 1: greedy.

        Raises:
            ValueError: `beam_size` is below 1, `length` is negative or a sentence too long.
        """
        if beam_size < 1:
            raise ValueError(f"beam_size is at least 1, but got {beam_size}")
        xp, condition = self._arrays.namespace, self.condition(source)
        starts = xp.full_like(source[:, :1], END)
        if beam_size == 1:
            written = self.greedy(Conditioned(self.decoder, *condition), starts, length)
            ends = xp.cumsum(written == END, 1)
            return xp.where(ends > (written == END), PAD, written)
        rows = []
        for start, *of_text in zip(starts, *condition, strict=True):
            model = Conditioned(self.decoder, *(row[None] for row in of_text))
            text, _ = self.beam_search(model, start, length, beam_size, end=END)
            rows.append(padded(text[None], 0, length - len(text), self._arrays))
        return xp.concatenate(rows, 0)

    def _read_before(self, source: Any, target: Any) -> None:
        """Read `source: (N, S)`, `END`, and all words but the last of `target: (N, T)`."""
        ends = self._arrays.namespace.full_like(target[:, :1], END)
        self.forward(source, self._arrays.namespace.concatenate([ends, target[:, :-1]], 1))
