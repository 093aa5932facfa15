"""Texts of one length at a time, without padding; read once more on the way back."""

from time import perf_counter

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def count_parameters(model):
    total = 0
    for array in model.parameters.values():
        numbers = 1
        for length in array.shape:
            numbers *= length
        total += numbers
    return total


def best_accuracy(ids, labels, probabilities, width):
    if width % 2 != 1 or width < 0:
        raise ValueError("a window has no middle")
    if not len(ids) == len(labels) == len(probabilities):
        raise ValueError("not as many labels as texts")
    shares = {}
    for n in range(len(ids)):
        text = [int(word) for word in ids[n] if word]
        bag = []
        for t in range(len(text)):
            places = range(t - width // 2, t + width // 2 + 1)
            bag.append([text[s] if 0 <= s < len(text) else -1 for s in places])
        key = str(sorted(bag))
        of_label = shares.setdefault(key, {})
        of_label[labels[n]] = of_label.get(labels[n], 0) + probabilities[n]
    return float(sum(max(of_label.values()) for of_label in shares.values()))


class SequenceClassifier(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, encoder="rnn", pooling="max",
        width=3, *, rng,
    ):  # fmt: skip
        super().__init__()
        if pooling not in ("max", "mean", "last") or (encoder == "conv1d" and width % 2 == 0):
            raise ValueError("no such pooling, or no such width")
        self.V, self.H, self.pooling, self.is_convolution = (
            vocabulary_size, hidden_size, pooling, encoder == "conv1d",
        )  # fmt: skip
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        if encoder == "conv1d":
            layer = part("conv1d")(embedding_size, hidden_size, width, padding=width // 2, rng=rng)
        elif encoder == "qrnn":
            layer = part("qrnn")(embedding_size, hidden_size, pooling="fo", rng=rng)
        else:
            layer = part(encoder)(embedding_size, hidden_size, rng=rng)
        self.encoder = self.add_child("encoder", layer)
        self.output = self.add_child("output", part("affine")(hidden_size, classes, rng=rng))

    def read(self, rows):
        a = self.encoder.forward(self.parameters["embedding"][rows])
        return a, np.maximum(a, 0) if self.is_convolution else a

    def pool(self, h):
        return {"last": h[:, -1], "max": h.max(1), "mean": h.mean(1)}[self.pooling]

    def forward(self, ids):
        if ids.min() < 0 or ids.max() >= self.V:
            raise IndexError("an id has no row in the embedding")
        lengths = np.count_nonzero(ids, axis=1)
        self.groups = [(lengths == n, ids[lengths == n, :n]) for n in set(lengths.tolist()) if n]
        z = np.zeros((len(ids), self.H), self.parameters["embedding"].dtype)
        for places, rows in self.groups:
            z[places] = self.pool(self.read(rows)[1])
        return self.output.forward(z)

    def backward(self, grad_logits):
        grad_z = self.output.backward(grad_logits)
        for places, rows in self.groups:
            self.read_back(rows, grad_z[places])

    def read_back(self, rows, grad):
        a, h = self.read(rows)
        grad_h = np.zeros_like(h)
        if self.pooling == "last":
            grad_h[:, -1] = grad
        elif self.pooling == "mean":
            grad_h[:] = grad[:, None] / h.shape[1]
        else:
            np.put_along_axis(grad_h, h.argmax(1)[:, None], grad[:, None], 1)
        if self.is_convolution:
            grad_h[a <= 0] = 0
        found = self.encoder.backward(grad_h)
        np.add.at(self.gradients["embedding"], rows, found if self.is_convolution else found[0])


def fit(model, texts, *, epochs, batch_size, learning_rate, seed):
    ids, labels = texts
    if len(ids) == 0 or len(ids) != len(labels):
        raise ValueError("nothing to learn from")
    model.train()
    rng, losses = np.random.default_rng(seed), []
    optimizer, loss = part("adam")(learning_rate), part("softmax_cross_entropy")()
    for _ in range(epochs):
        left = list(rng.permutation(len(ids)))
        while left:
            rows, left = left[:batch_size], left[batch_size:]
            losses.append(loss.forward(model.forward(ids[rows]), labels[rows]))
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return losses


def compare(models, train, test, *, epochs, batch_size=32, learning_rate=0.01, seed=0):
    if len(test[0]) == 0:
        raise ValueError("nothing to be measured on")
    rows = []
    for name, model in models:
        begin = perf_counter()
        fit(model, train, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
            seed=seed)  # fmt: skip
        seconds = perf_counter() - begin
        model.eval()
        right = 0
        for text, label in zip(*test, strict=True):
            right += int(np.argmax(model.forward(text[None])[0]) == label)
        rows.append((name, right / len(test[0]), count_parameters(model), seconds))
    rows.sort(key=lambda row: row[2])
    rows.sort(key=lambda row: row[1], reverse=True)
    return rows


def _share(model, texts):
    model.eval()
    pairs = list(zip(*texts, strict=True))
    return sum(int(np.argmax(model.forward(x[None])[0]) == label) for x, label in pairs) / len(
        pairs
    )


def select(models, held_out, test):
    if len(models) == 0 or len(held_out[0]) == 0 or len(test[0]) == 0:
        raise ValueError("nothing to choose")
    best, name, chosen = -1.0, "", None
    for candidate, model in models:
        share = _share(model, held_out)
        if share > best:
            best, name, chosen = share, candidate, model
    return name, _share(chosen, test)
