"""Loops over texts, and a head of its own."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class Head(Model):
    def __init__(self, features, classes, rng):
        super().__init__()
        self.add_parameter("W", rng.uniform(-1, 1, (features, classes)) * features**-0.5)
        self.add_parameter("b", np.zeros(classes))

    def forward(self, z):
        self.z = z.copy()
        return np.stack([row @ self.parameters["W"] for row in z]) + self.parameters["b"]

    def backward(self, grad):
        for z, g in zip(self.z, grad, strict=True):
            self.gradients["W"] += np.outer(z, g)
            self.gradients["b"] += g
        return np.stack([self.parameters["W"] @ g for g in grad])


class TextClassifier(Model):
    def __init__(self, vocabulary_size, length, features, heads, layers, classes, *, rng):
        super().__init__()
        sizes = vocabulary_size, length, features, heads, layers
        self.encoder = self.add_child("encoder", part("transformer_encoder")(*sizes, rng=rng))
        self.head = self.add_child("head", Head(features, classes, rng))

    def encode(self, ids):
        h = self.encoder.forward(ids)
        self.shape, self.words = h.shape, [np.flatnonzero(text) for text in ids]
        z = np.zeros((len(ids), h.shape[2]), h.dtype)
        for n, words in enumerate(self.words):
            if words.size:
                z[n] = h[n, words].mean(axis=0)
        return z

    def forward(self, ids):
        return self.head.forward(self.encode(ids))

    def backward(self, grad_logits):
        grad_z = self.head.backward(grad_logits)
        grad_h = np.zeros(self.shape, grad_z.dtype)
        for n, words in enumerate(self.words):
            if words.size:
                grad_h[n, words] = grad_z[n] / words.size
        self.encoder.backward(grad_h)


def load_encoder(classifier, parameters):
    own = classifier.encoder.parameters
    try:
        new = {name: parameters[f"encoder.{name}"] for name in own}
    except KeyError as missing:
        raise ValueError(f"no {missing}") from None
    for name, values in new.items():
        if values.shape != own[name].shape:
            raise ValueError(f"shape of {name}")
    for name, values in new.items():
        own[name][:] = values


def probe(classifier, ids, labels, *, steps, learning_rate):
    classifier.eval()
    return fit(classifier.head, np.array(classifier.encode(ids)), labels, steps, learning_rate)


def fine_tune(classifier, ids, labels, *, steps, learning_rate):
    classifier.train()
    return fit(classifier, ids, labels, steps, learning_rate)


def fit(model, inputs, labels, steps, learning_rate):
    loss, adam, losses = part("softmax_cross_entropy")(), part("adam")(learning_rate), []
    for _ in range(steps):
        losses.append(loss.forward(model.forward(inputs), labels))
        model.zero_gradients()
        model.backward(loss.backward())
        adam.step(model.parameters, model.gradients)
    return losses
