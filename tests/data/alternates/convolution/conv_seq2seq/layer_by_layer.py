"""Every sentence alone where it is written, layers in a dict, gradients of words in a loop."""

import numpy as np

from framework.interfaces import Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


def layer_widths(length, width):
    full, rest = divmod(length - 1, width - 1)
    return full * [width] + ([rest + 1] if rest else [])


class ConvolutionalEncoder(Model):
    def __init__(self, vocabulary_size, embedding_size, channels, length, width=3, *, rng):
        super().__init__()
        if not (length >= 2 and width >= 2):
            raise ValueError("a sentence of two words at least, and windows of two")
        self.size = vocabulary_size, length
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)))
        self.convs, self.tanhs = {}, {}
        for i, w in enumerate(layer_widths(length, width), 1):
            D = channels if self.convs else embedding_size
            self.convs[i] = self.add_child(f"conv_{i}", part("conv1d")(D, channels, w, rng=rng))
            self.tanhs[i] = self.add_child(f"tanh_{i}", part("tanh")())

    def forward(self, ids):
        V, s = self.size
        if ids.size and (ids.max() >= V or ids.min() < 0):
            raise IndexError("unknown word")
        if ids.shape[1] > s:
            raise ValueError("no room")
        zeros = np.zeros((ids.shape[0], s - ids.shape[1]), dtype=int)
        self.ids = np.hstack([ids.astype(int), zeros])
        x = np.take(self.parameters["embedding"], self.ids, axis=0)
        for i in self.convs:
            x = self.tanhs[i].forward(self.convs[i].forward(x))
        return x.sum(axis=1)  # of one step

    def backward(self, grad_output):
        grad = grad_output.reshape(len(grad_output), 1, -1)
        for i in sorted(self.convs, reverse=True):
            grad = self.convs[i].backward(self.tanhs[i].backward(grad))
        for place in np.ndindex(*self.ids.shape):
            self.gradients["embedding"][self.ids[place]] += grad[place]


class ConvolutionalTranslator(Model):
    def __init__(
        self,
        source_size,
        target_size,
        embedding_size,
        hidden_size,
        length,
        width=3,
        cell="rnn",
        *,
        rng,
    ):
        super().__init__()
        encoder = ConvolutionalEncoder(
            source_size, embedding_size, hidden_size, length, width, rng=rng
        )
        decoder = part("conditional_lm")(
            target_size, hidden_size, embedding_size, hidden_size, cell, rng=rng
        )
        self.encoder = self.add_child("encoder", encoder)
        self.decoder = self.add_child("decoder", decoder)

    def forward(self, source, before):
        self.c = self.encoder.forward(source)
        return self.decoder.forward(before, self.c)

    def backward(self, grad_logits):
        self.encoder.backward(self.decoder.backward(grad_logits))

    def translate(self, source, length, beam_size=1):
        if beam_size <= 0:
            raise ValueError("no beam")
        if length < 0:
            raise ValueError("no length")
        found = [self.one(row[None], length, beam_size) for row in source]
        return np.array(found, dtype=np.int64).reshape(len(source), length)

    def one(self, source, length, beam_size):
        """The translation of one sentence, as a list."""
        model = Conditioned(self.decoder, self.encoder.forward(source))
        if beam_size == 1:
            words = list(part("greedy")(model, np.array([[END]]), length)[0])
            words = words[: words.index(END) + 1] if END in words else words
        else:
            words = list(part("beam_search")(model, np.array([END]), length, beam_size, end=END)[0])
        return words + [PAD] * (length - len(words))
