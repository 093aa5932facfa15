"""The widths by division, one-hot rows instead of a look-up, and a greedy search of its own."""

import numpy as np

from framework.interfaces import Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


def layer_widths(length, width):
    if length == 1:
        return []
    first = width if width <= length else length
    return [first, *layer_widths(length - first + 1, width)]


class ConvolutionalEncoder(Model):
    def __init__(self, vocabulary_size, embedding_size, channels, length, width=3, *, rng):
        super().__init__()
        if length < 2 or width < 2:
            raise ValueError("too short or too narrow")
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)))
        self.length, self.pairs, read = length, [], embedding_size
        for i, width_i in enumerate(layer_widths(length, width)):
            conv = part("conv1d")(read, channels, width_i, rng=rng)
            self.pairs.append((self.add_child(f"conv_{i + 1}", conv), part("tanh")()))
            read = channels

    def forward(self, ids):
        table = self.parameters["embedding"]
        if ids.shape[1] > self.length:
            raise ValueError("too long")
        if np.any(ids < 0) or np.any(ids >= len(table)):
            raise IndexError("no such word")
        filled = np.full((len(ids), self.length), PAD)
        filled[:, : ids.shape[1]] = ids
        self.one_hot = np.eye(len(table), dtype=table.dtype)[filled]
        x = self.one_hot @ table
        for conv, tanh in self.pairs:
            x = tanh.forward(conv.forward(x))
        return x.reshape(len(ids), -1)

    def backward(self, grad_output):
        grad = np.expand_dims(grad_output, 1)
        for conv, tanh in self.pairs[::-1]:
            grad = conv.backward(tanh.backward(grad))
        self.gradients["embedding"] += np.einsum("ntv,nte->ve", self.one_hot, grad)


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
        E, H = embedding_size, hidden_size
        self.encoder = ConvolutionalEncoder(source_size, E, H, length, width, rng=rng)
        self.decoder = part("conditional_lm")(target_size, H, E, H, cell, rng=rng)
        self.add_child("encoder", self.encoder)
        self.add_child("decoder", self.decoder)

    def forward(self, source, before):
        c = self.encoder.forward(source)
        return self.decoder.forward(before, c)

    def backward(self, grad_logits):
        grad_c = self.decoder.backward(grad_logits)
        self.encoder.backward(grad_c)

    def translate(self, source, length, beam_size=1):
        if beam_size < 1 or length < 0:
            raise ValueError("nothing to look for")
        c = self.encoder.forward(source)
        if beam_size == 1:
            return self.likeliest(c, length)
        rows = np.zeros((len(c), length), dtype=np.int64)
        for n in range(len(c)):
            model = Conditioned(self.decoder, c[n : n + 1])
            words = part("beam_search")(model, np.array([END]), length, beam_size, end=END)[0]
            rows[n, : words.size] = words
        return rows

    def likeliest(self, c, length):
        state = self.decoder.initial_state(len(c), c)
        word, is_open = np.full(len(c), END), np.ones(len(c), bool)
        columns = []
        for _ in range(length):
            logs, state = self.decoder.next_log_probabilities(word, state)
            word = np.argmax(logs, axis=1)
            columns.append(np.where(is_open, word, PAD))
            is_open &= word != END
        return np.array(columns, dtype=np.int64).reshape(length, len(c)).T
