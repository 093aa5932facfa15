"""PyTorch tensors, autograd from the encoder's answers to the pooled text, plain classes."""

import time
from collections import Counter

import numpy as np
import torch

from framework.models.parts import part


def count_parameters(model):
    return sum(tensor.numel() for tensor in model.parameters.values())


def best_accuracy(ids, labels, probabilities, width):
    if width < 1 or width % 2 == 0 or not len(ids) == len(labels) == len(probabilities):
        raise ValueError("no such windows, or no such language")
    shares = Counter()
    for text, label, p in zip(ids.tolist(), labels.tolist(), probabilities.tolist(), strict=True):
        words = [0] * (width // 2) + [word for word in text if word] + [0] * (width // 2)
        starts = range(len(words) - width + 1)
        bag = tuple(sorted(tuple(words[t : t + width]) for t in starts))
        shares[bag, label] += p
    best = {}
    for (bag, _), share in shares.items():
        best[bag] = max(share, best.get(bag, 0))
    return sum(best.values())


class SequenceClassifier:
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, encoder="rnn", pooling="max",
        width=3, *, rng,
    ):  # fmt: skip
        if pooling not in ("max", "mean", "last"):
            raise ValueError(pooling)
        self.pooling, self.training = pooling, True
        self.is_convolution = encoder == "conv1d"
        options = {}
        if self.is_convolution:
            if width % 2 == 0:
                raise ValueError(width)
            options = {"width": width, "padding": width // 2}
        elif encoder == "qrnn":
            options = {"pooling": "fo"}
        self.embedding = torch.from_numpy(rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        self.grad_embedding = torch.zeros_like(self.embedding)
        self.encoder = part(encoder)(embedding_size, hidden_size, **options, rng=rng)
        self.output = part("affine")(hidden_size, classes, rng=rng)

    def named(self, own, kind):
        children = {"encoder": self.encoder, "output": self.output}
        return {"embedding": own} | {
            f"{child}.{name}": value
            for child, layer in children.items()
            for name, value in getattr(layer, kind).items()
        }

    @property
    def parameters(self):
        return self.named(self.embedding, "parameters")

    @property
    def gradients(self):
        return self.named(self.grad_embedding, "gradients")

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def pool(self, h, words):
        h = h.relu() if self.is_convolution else h
        n = words.sum(1)
        if self.pooling == "mean":
            z = (h * words[:, :, None]).sum(1) / n.clamp(min=1)[:, None]
        elif self.pooling == "max":
            z = h.masked_fill(~words[:, :, None], -torch.inf).max(dim=1).values
        else:
            z = h[torch.arange(len(h)), n - 1]
        return z.where(n[:, None] > 0, 0)

    def forward(self, ids):
        if ids.min() < 0 or ids.max() >= len(self.embedding):
            raise IndexError("an id has no row in the embedding")
        self.ids, words = ids, ids != 0
        h = self.encoder.forward(self.embedding[ids] * words[:, :, None])
        self.h = h.detach().clone().requires_grad_()
        self.z = self.pool(self.h, words)
        return self.output.forward(self.z.detach())

    def backward(self, grad_logits):
        grad_z = self.output.backward(grad_logits)
        (grad_h,) = torch.autograd.grad(self.z, self.h, grad_z, retain_graph=True)
        grad_x = self.encoder.backward(grad_h)
        if not self.is_convolution:
            grad_x = grad_x[0]
        words = self.ids != 0
        self.grad_embedding.index_add_(0, self.ids[words], grad_x[words])


def fit(model, texts, *, epochs, batch_size, learning_rate, seed):
    ids, labels = texts
    if not len(ids) or len(ids) != len(labels):
        raise ValueError("nothing to learn from")
    rng, losses = np.random.default_rng(seed), []
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    model.train()
    for _ in range(epochs):
        for rows in torch.as_tensor(rng.permutation(len(ids))).split(batch_size):
            losses.append(loss.forward(model.forward(ids[rows]), labels[rows]))
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return losses


def compare(models, train, test, *, epochs, batch_size=32, learning_rate=0.01, seed=0):
    ids, labels = test
    if not len(ids) or len(ids) != len(labels):
        raise ValueError("nothing to be measured on")
    rows = []
    for name, model in models:
        start = time.perf_counter()
        fit(model, train, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
            seed=seed)  # fmt: skip
        seconds = time.perf_counter() - start
        model.eval()
        right = (model.forward(ids).argmax(dim=1) == labels).sum().item()
        rows.append((name, right / len(ids), count_parameters(model), seconds))
    return sorted(rows, key=lambda row: (-row[1], row[2]))


def select(models, held_out, test):
    if not models or not len(held_out[0]) or not len(test[0]):
        raise ValueError("nothing to choose")

    def share(model, ids, labels):
        model.eval()
        return (model.forward(ids).argmax(dim=1) == labels).sum().item() / len(ids)

    name, model = max(models, key=lambda one: share(one[1], *held_out))
    return name, share(model, *test)
