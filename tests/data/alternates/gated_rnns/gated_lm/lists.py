"""Layers from a generator, items in a Counter; warnings are errors."""

from collections import Counter

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part

np.seterr(all="raise", under="ignore")


class GatedLM(LanguageModel):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="lstm", layers=1, *, rng):
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.V = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        inputs = (E if i == 0 else H for i in range(layers))
        stack = part("stacked")([part(cell)(size, H, rng=rng) for size in inputs])
        self.cell = self.add_child("cell", stack)
        self.add_parameter("U", np.zeros((H, V)))  # uniform at first
        self.add_parameter("b", np.zeros(V))

    def forward(self, tokens, state=None):
        if any(token < 0 or token >= self.V for token in tokens.flat):
            raise IndexError("a token has no row")
        self.tokens = np.array(tokens)
        self.h = self.cell.forward(self.parameters["embedding"].take(tokens, axis=0), state)
        self.state = self.cell.state
        return self.h @ self.parameters["U"] + self.parameters["b"]

    def backward(self, grad_logits):
        H, V = self.parameters["U"].shape
        flat = grad_logits.reshape(-1, V)
        self.gradients["U"] += self.h.reshape(-1, H).T @ flat
        self.gradients["b"] += flat.sum(axis=0)
        grad_e, _ = self.cell.backward((flat @ self.parameters["U"].T).reshape(self.h.shape))
        for token, row in zip(
            self.tokens.ravel(), grad_e.reshape(-1, grad_e.shape[2]), strict=True
        ):
            self.gradients["embedding"][token] += row

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        logits = self.forward(tokens[:, np.newaxis], state)[:, 0]
        largest = logits.max(axis=1, keepdims=True)
        shifted = logits - largest
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), self.state


def agreement_accuracy(model, prefixes, right, wrong, distances):
    if not len(prefixes) == len(right) == len(wrong) == len(distances):
        raise ValueError("numbers of items")
    if any(len(prefix) == 0 for prefix in prefixes):
        raise ValueError("an empty prefix")
    items, good = Counter(), Counter()
    for prefix, r, w, distance in zip(prefixes, right, wrong, distances, strict=True):
        state = model.initial_state(1)
        for word in prefix:
            log_p, state = model.next_log_probabilities(np.array([word]), state)
        items[int(distance)] += 1
        good[int(distance)] += int(log_p[0, r] > log_p[0, w])
    return {distance: good[distance] / items[distance] for distance in sorted(items)}
