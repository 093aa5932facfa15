"""Builds the word vectors by a product with one-hot rows; counts right words in a loop."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class RecurrentTagger(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, cell="rnn", both=True, *, rng
    ):
        super().__init__()
        self.V = vocabulary_size
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        layers = [part(cell)(embedding_size, hidden_size, rng=rng) for _ in range(1 + both)]
        self.reader = self.add_child(
            "reader", part("bidirectional")(*layers) if both else layers[0]
        )
        size = len(layers) * hidden_size
        self.output = self.add_child("output", part("affine")(size, classes, rng=rng))

    def forward(self, ids):
        if np.any(ids < 0) or np.any(ids >= self.V):
            raise IndexError("no such word")
        self.words = np.eye(self.V)[ids]
        y = self.reader.forward(self.words @ self.parameters["embedding"], mask=ids > 0)
        return self.output.forward(y)

    def backward(self, grad_logits):
        grad = self.reader.backward(self.output.backward(grad_logits))[0]
        self.gradients["embedding"] += np.einsum("ntv,nte->ve", self.words, grad)


def tagging_accuracy(logits, tags, ids):
    right = count = 0
    for row in range(len(ids)):
        for t in range(ids.shape[1]):
            if ids[row, t]:
                count += 1
                right += int(np.argmax(logits[row, t]) == tags[row, t])
    return right / count if count else 0.0


def next_word_tags(ids):
    return np.delete(ids, 0, axis=1)
