"""One-hot rows, einsum, bags as rows of a table of counts, and poolings that weigh every word."""

import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.interfaces import Model
from framework.models.parts import part


def count_parameters(model):
    return int(np.sum([np.prod(array.shape) for array in model.parameters.values()], dtype=int))


def best_accuracy(ids, labels, probabilities, width):
    if width < 1 or width % 2 == 0 or len({len(ids), len(labels), len(probabilities)}) > 1:
        raise ValueError("no such windows, or no such language")
    sides = ((0, 0), (width // 2, width // 2))
    windows = sliding_window_view(np.pad(ids, sides), width, axis=1)
    kinds, kind = np.unique(windows.reshape(-1, width), axis=0, return_inverse=True)
    bags = np.zeros((len(ids), len(kinds)), int)
    rows = np.arange(len(ids)).repeat(ids.shape[1])
    np.add.at(bags, (rows, kind.reshape(-1)), 1)  # windows around padding follow from the others
    bag = np.unique(bags, axis=0, return_inverse=True)[1].reshape(-1)
    classes, label = np.unique(labels, return_inverse=True)
    shares = np.zeros((bag.max() + 1, len(classes)))
    np.add.at(shares, (bag, label), probabilities)
    return shares.max(axis=1).sum().item()


class SequenceClassifier(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, encoder="rnn", pooling="max",
        width=3, *, rng,
    ):  # fmt: skip
        super().__init__()
        self.shares = {"max": self.greatest, "mean": self.mean, "last": self.last}.get(pooling)
        if self.shares is None:
            raise ValueError(pooling)
        self.V, self.is_convolution = vocabulary_size, encoder == "conv1d"
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)) / 10)
        options = {"pooling": "fo"} if encoder == "qrnn" else {}
        if self.is_convolution:
            if width // 2 * 2 == width:
                raise ValueError(width)
            options = {"width": width, "padding": width // 2}
        layer = part(encoder)(embedding_size, hidden_size, **options, rng=rng)
        self.encoder = self.add_child("encoder", layer)
        self.output = self.add_child("output", part("affine")(hidden_size, classes, rng=rng))

    def last(self, h):
        is_last = self.words & (self.words.cumsum(1) == self.words.sum(1, keepdims=True))
        return np.broadcast_to(is_last[:, :, None], h.shape)

    def mean(self, h):
        n = np.fmax(self.words.sum(1), 1)[:, None]
        return np.broadcast_to((self.words / n)[:, :, None], h.shape)

    def greatest(self, h):
        candidates = np.where(self.words[:, :, None], h, -np.inf)
        first = np.arange(h.shape[1])[:, None] == candidates.argmax(1)[:, None]
        return first & self.words[:, :, None]

    def forward(self, ids):
        if np.any((ids < 0) | (ids >= self.V)):
            raise ValueError("an id has no row in the embedding")
        embedding = self.parameters["embedding"]
        self.words = ids > 0
        self.x = np.equal.outer(ids, np.arange(self.V)).astype(embedding.dtype)
        self.x[:, :, 0] = 0
        h = self.encoder.forward(np.einsum("ntv,ve->nte", self.x, embedding))
        self.on = (h > 0) | (not self.is_convolution)
        h = np.where(self.on, h, 0)
        self.weights = self.shares(h).astype(h.dtype)
        return self.output.forward(np.einsum("nth,nth->nh", self.weights, h))

    def backward(self, grad_logits):
        grad = self.output.backward(grad_logits)
        grad_h = np.einsum("nth,nh,nth->nth", self.weights, grad, self.on)
        found = self.encoder.backward(grad_h)
        grad_e = found if self.is_convolution else found[0]
        self.gradients["embedding"] += np.einsum("ntv,nte->ve", self.x, grad_e)


def fit(model, texts, *, epochs, batch_size, learning_rate, seed):
    ids, labels = texts
    if not len(ids) or len(ids) != len(labels):
        raise ValueError("nothing to learn from")
    rng, loss, adam = np.random.default_rng(seed), part("softmax_cross_entropy")(), part("adam")
    optimizer = adam(learning_rate=learning_rate)
    model.train()

    def step(rows):
        value = loss.forward(model.forward(ids[rows]), labels[rows])
        model.zero_gradients()
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
        return value

    cuts = range(batch_size, len(ids), batch_size)
    orders = (rng.permutation(len(ids)) for _ in range(epochs))
    return [step(rows) for order in orders for rows in np.split(order, cuts)]


def compare(models, train, test, *, epochs, batch_size=32, learning_rate=0.01, seed=0):
    ids, labels = test
    if not len(ids) or len(ids) != len(labels):
        raise ValueError("nothing to be measured on")

    def row(name, model):
        start = time.perf_counter()
        fit(model, train, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
            seed=seed)  # fmt: skip
        seconds = time.perf_counter() - start
        model.eval()
        accuracy = np.mean(np.argmax(model.forward(ids), axis=-1) == labels)
        return name, float(accuracy), count_parameters(model), seconds

    return sorted((row(*pair) for pair in models), key=lambda found: (1 - found[1], found[2]))


def select(models, held_out, test):
    for ids, labels in (held_out, test):
        if not len(ids) or len(ids) != len(labels):
            raise ValueError("nothing to be measured on")
    if not models:
        raise ValueError("no models")
    found = []
    for _, model in models:
        model.eval()
        found.append([np.mean(np.argmax(model.forward(ids), axis=-1) == labels)
                      for ids, labels in (held_out, test)])  # fmt: skip
    best = int(np.argmax([share for share, _ in found]))
    return models[best][0], float(found[best][1])
