"""Widths by recursion, layers through functools.reduce; warnings are errors."""

from functools import reduce

import numpy as np

from framework.interfaces import Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part

np.seterr(all="raise", under="ignore")
PAD, END = 0, 2


def layer_widths(length, width):
    if length == 1:
        return []
    first = min(width, length)
    return [first, *layer_widths(length - first + 1, width)]


class ConvolutionalEncoder(Model):
    def __init__(self, vocabulary_size, embedding_size, channels, length, width=3, *, rng):
        super().__init__()
        if length < 2 or width < 2:
            raise ValueError("length and width are at least 2")
        self.V, self.length = vocabulary_size, length
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)))
        self.layers, D = [], embedding_size
        for i, w in enumerate(layer_widths(length, width), start=1):
            self.layers.append(self.add_child(f"conv_{i}", part("conv1d")(D, channels, w, rng=rng)))
            self.layers.append(self.add_child(f"tanh_{i}", part("tanh")()))
            D = channels

    def forward(self, ids):
        if ids.size and (ids.min() < 0 or ids.max() >= self.V):
            raise IndexError("a word without a row")
        N, T = ids.shape
        if self.length < T:
            raise ValueError(f"{T} words, but at most {self.length}")
        self.ids = np.full((N, self.length), PAD)
        self.ids[:, :T] = ids
        x = self.parameters["embedding"][self.ids]
        return reduce(lambda x, layer: layer.forward(x), self.layers, x)[:, 0]

    def backward(self, grad_output):
        grad = grad_output[:, None]
        grad = reduce(lambda g, layer: layer.backward(g), reversed(self.layers), grad)
        np.add.at(self.gradients["embedding"], self.ids, grad)


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
        self.greedy, self.beam_search = part("greedy"), part("beam_search")

    def forward(self, source, before):
        return self.decoder.forward(before, self.encoder.forward(source))

    def backward(self, grad_logits):
        self.encoder.backward(self.decoder.backward(grad_logits))

    def translate(self, source, length, beam_size=1):
        if beam_size < 1 or length < 0:
            raise ValueError(f"beam_size {beam_size}, length {length}")
        c = self.encoder.forward(source)
        if beam_size == 1:
            start = np.full((len(source), 1), END)
            texts = list(self.greedy(Conditioned(self.decoder, c), start, length))
        else:
            texts = [
                self.beam_search(
                    Conditioned(self.decoder, c[n : n + 1]),
                    np.array([END]),
                    length,
                    beam_size,
                    end=END,
                )[0]
                for n in range(len(c))
            ]
        result = np.full((len(source), length), PAD)
        for row, text in zip(result, texts, strict=True):
            for t, word in enumerate(text):
                row[t] = word
                if word == END:
                    break
        return result
