"""Tuples of windows as keys, rows sorted with a key; warnings are errors."""

import time
from collections import Counter

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")
PAD = 0


def count_parameters(model):
    total = 0
    for array in model.parameters.values():
        total += int(np.prod(array.shape))
    return total


def _bag(text, side):
    words = [PAD] * side + [int(word) for word in text if word != PAD] + [PAD] * side
    windows = Counter(tuple(words[t : t + 2 * side + 1]) for t in range(len(words) - 2 * side))
    return frozenset(windows.items())


def best_accuracy(ids, labels, probabilities, width):
    if width < 1 or width % 2 == 0:
        raise ValueError(f"width {width}")
    if not len(ids) == len(labels) == len(probabilities):
        raise ValueError("a label and a probability for each text")
    table = {}
    for text, label, p in zip(ids, labels, probabilities, strict=True):
        of_bag = table.setdefault(_bag(text, width // 2), {})
        of_bag[int(label)] = of_bag.get(int(label), 0) + p
    return float(sum(max(of_bag.values()) for of_bag in table.values()))


class SequenceClassifier(Model):
    def __init__(
        self,
        vocabulary_size,
        embedding_size,
        hidden_size,
        classes,
        encoder="rnn",
        pooling="max",
        width=3,
        *,
        rng,
    ):
        super().__init__()
        if pooling not in ("max", "mean", "last"):
            raise ValueError(f"pooling {pooling}")
        convolves = encoder == "conv1d"
        if convolves and width % 2 == 0:
            raise ValueError(f"width {width}")
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.V = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        if convolves:
            layer = part("conv1d")(E, H, width=width, padding=width // 2, rng=rng)
        elif encoder == "qrnn":
            layer = part("qrnn")(E, H, pooling="fo", rng=rng)
        else:
            layer = part(encoder)(E, H, rng=rng)
        self.encoder = self.add_child("encoder", layer)
        self.relu = part("relu")() if convolves else None
        names = {"max": "max_over_time", "mean": "average_over_time"}
        self.pool = part(names[pooling])() if pooling in names else None
        self.output = self.add_child("output", part("affine")(H, classes, rng=rng))

    def forward(self, ids):
        if ids.size and (ids.min() < 0 or ids.max() >= self.V):
            raise IndexError("a word without a row")
        self.ids, self.words = ids.copy(), ids != PAD
        x = self.parameters["embedding"][ids]
        x[~self.words] = 0
        h = self.encoder.forward(x) if self.relu else self.encoder.forward(x, None, self.words)
        h = self.relu.forward(h) if self.relu else h
        self.h_shape, self.dtype = h.shape, h.dtype
        if self.pool:
            z = self.pool.forward(h, self.words)
        else:
            T = ids.shape[1]
            self.last = np.where(self.words, np.arange(T), -1).max(axis=1)
            z = np.where(self.last[:, None] < 0, 0, h[np.arange(len(ids)), self.last])
        return self.output.forward(z.astype(h.dtype))

    def backward(self, grad_logits):
        grad_z = self.output.backward(grad_logits)
        if self.pool:
            grad_h = self.pool.backward(grad_z)
        else:
            grad_h = np.zeros(self.h_shape, self.dtype)
            rows = np.flatnonzero(self.last >= 0)
            grad_h[rows, self.last[rows]] = grad_z[rows]
        grad_x = self.encoder.backward(self.relu.backward(grad_h) if self.relu else grad_h)
        if not isinstance(grad_x, np.ndarray):
            grad_x = grad_x[0]
        np.add.at(self.gradients["embedding"], self.ids[self.words], grad_x[self.words])


def _data(texts):
    ids, labels = texts
    if ids.ndim != 2 or len(ids) == 0 or labels.shape != (len(ids),):
        raise ValueError("texts and as many labels")
    return ids, labels


def fit(model, texts, *, epochs, batch_size, learning_rate, seed):
    ids, labels = _data(texts)
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    rng, losses = np.random.default_rng(seed), []
    model.train()
    for _ in range(epochs):
        order = rng.permutation(len(ids))
        while len(order):
            batch, order = order[:batch_size], order[batch_size:]
            losses.append(float(loss.forward(model.forward(ids[batch]), labels[batch])))
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return losses


def compare(models, train, test, *, epochs, batch_size=32, learning_rate=0.01, seed=0):
    ids, labels = _data(test)
    settings = {"batch_size": batch_size, "learning_rate": learning_rate, "seed": seed}
    rows = []
    for name, model in models:
        start = time.perf_counter()
        fit(model, train, epochs=epochs, **settings)
        seconds = time.perf_counter() - start
        model.eval()
        right = np.mean(model.forward(ids).argmax(axis=1) == labels)
        rows.append([name, float(right), count_parameters(model), seconds])
    return sorted(rows, key=lambda row: (-row[1], row[2]))


def select(models, held_out, test):
    (ids, labels), (new_ids, new_labels) = _data(held_out), _data(test)
    if len(models) == 0:
        raise ValueError("no models")
    for _, model in models:
        model.eval()
    order = sorted(models, key=lambda one: -np.mean(one[1].forward(ids).argmax(axis=1) == labels))
    name, model = order[0]
    return [name, float(np.mean(model.forward(new_ids).argmax(axis=1) == new_labels))]
