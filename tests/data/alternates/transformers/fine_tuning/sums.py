"""A mean by matrix products, and a head that is trained by hand."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class TextClassifier(Model):
    def __init__(self, vocabulary_size, length, features, heads, layers, classes, *, rng):
        super().__init__()
        build = part("transformer_encoder")
        self.encoder = build(vocabulary_size, length, features, heads, layers, rng=rng)
        self.add_child("encoder", self.encoder)
        self.head = self.add_child("head", part("affine")(features, classes, rng=rng))

    def encode(self, ids):
        h = self.encoder.forward(ids)
        counts = np.count_nonzero(ids, axis=1)
        share = np.zeros((len(ids), 1, ids.shape[1]), h.dtype)
        for n, count in enumerate(counts):
            if count:
                share[n, 0] = (ids[n] != 0) / count
        self.share = share
        return (share @ h)[:, 0]

    def forward(self, ids):
        return self.head.forward(self.encode(ids))

    def backward(self, grad_logits):
        self.encoder.backward(self.share.swapaxes(1, 2) @ self.head.backward(grad_logits)[:, None])


def load_encoder(classifier, parameters):
    names = [name for name in classifier.parameters if name.split(".")[0] == "encoder"]
    if any(name not in parameters for name in names):
        raise ValueError("missing")
    if any(classifier.parameters[name].shape != parameters[name].shape for name in names):
        raise ValueError("shape")
    for name in names:
        np.copyto(classifier.parameters[name], parameters[name])


def probe(classifier, ids, labels, *, steps, learning_rate):
    classifier.eval()
    z = np.array(classifier.encode(ids))
    loss, adam = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    head = {name: classifier.parameters[f"head.{name}"] for name in ("W", "b")}
    losses = []
    for _ in range(steps):
        losses.append(loss.forward(z @ head["W"] + head["b"], labels))
        grad = loss.backward()
        adam.step(head, {"W": z.T @ grad, "b": grad.sum(axis=0)})
    return losses


def fine_tune(classifier, ids, labels, *, steps, learning_rate):
    classifier.train()
    loss, adam = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    losses = []
    while len(losses) < steps:
        classifier.zero_gradients()
        losses.append(loss.forward(classifier.forward(ids), labels))
        classifier.backward(loss.backward())
        adam.step(classifier.parameters, classifier.gradients)
    return losses
