"""Scores word by word; adds the gradients of one sentence after the other."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class RecurrentTagger(Model):
    def __init__(
        self,
        vocabulary_size,
        embedding_size,
        hidden_size,
        classes,
        cell="rnn",
        both=True,
        *,
        rng,
    ):
        super().__init__()
        table = rng.normal(scale=0.1, size=(vocabulary_size, embedding_size))
        self.add_parameter("embedding", table)
        if both:
            left, right = (part(cell)(embedding_size, hidden_size, rng=rng) for _ in "lr")
            self.reader = part("bidirectional")(left, right)
        else:
            self.reader = part(cell)(embedding_size, hidden_size, rng=rng)
        self.add_child("reader", self.reader)
        self.output = part("affine")(hidden_size * (2 if both else 1), classes, rng=rng)
        self.add_child("output", self.output)

    def forward(self, ids):
        if ids.size and not (ids.min() >= 0 and ids.max() < len(self.parameters["embedding"])):
            raise IndexError(ids)
        self.ids = np.array(ids)
        x = np.take(self.parameters["embedding"], ids, axis=0)
        y = self.reader.forward(x, mask=np.not_equal(ids, 0))
        N, T, size = y.shape
        return self.output.forward(y.reshape(N * T, size)).reshape(N, T, -1)

    def backward(self, grad_logits):
        N, T, C = grad_logits.shape
        grad_y = self.output.backward(grad_logits.reshape(N * T, C)).reshape(N, T, -1)
        grad_x, _ = self.reader.backward(grad_y)
        for sentence, rows in zip(self.ids, grad_x, strict=True):
            for word, row in zip(sentence, rows, strict=True):
                self.gradients["embedding"][word] += row


def tagging_accuracy(logits, tags, ids):
    there = ids.ravel() > 0
    found = logits.reshape(-1, logits.shape[-1]).argmax(1)[there]
    return float(np.mean(found == tags.ravel()[there])) if there.any() else 0.0


def next_word_tags(ids):
    return np.array([list(row[1:]) for row in ids])
