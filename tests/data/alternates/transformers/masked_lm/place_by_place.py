"""Masks word by word, indices of chosen words instead of a bool array, loops over texts."""

import math

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def mask_tokens(ids, vocabulary_size, share=0.15, *, rng):
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        raise IndexError("ids")
    if share < 0 or share > 1:
        raise ValueError("share")
    inputs, chosen = ids.copy(), np.zeros(ids.shape, dtype=bool)
    for place in zip(*np.nonzero(ids), strict=True):
        if rng.random() >= share:
            continue
        chosen[place] = True
        die = rng.integers(10)
        if die < 8:
            inputs[place] = vocabulary_size
        elif die == 8:
            inputs[place] = 1 + rng.integers(vocabulary_size - 1)
    return inputs, chosen


class TransformerEncoder(Model):
    def __init__(self, vocabulary_size, length, features, heads, layers, *, rng):
        super().__init__()
        self.V = vocabulary_size
        self.add_parameter("embedding", rng.uniform(-0.2, 0.2, (vocabulary_size + 1, features)))
        stack = [("positions", part("learned_positions")(length, features, rng=rng))]
        for i in range(layers):
            stack.append((f"block_{i + 1}", part("transformer_block")(features, heads, rng=rng)))
        stack.append(("norm", part("layer_norm")(features)))
        self.stack = [self.add_child(*child) for child in stack]

    def forward(self, ids):
        if ids.size and (ids.min() < 0 or ids.max() > self.V):
            raise IndexError("ids")
        self.ids, self.padding = ids.copy(), ids == 0
        positions, *blocks, norm = self.stack
        h = positions.forward(np.take(self.parameters["embedding"], ids, axis=0))
        for block in blocks:
            h = block.forward(h, ~self.padding)
        h = norm.forward(h)
        h[self.padding] = 0
        return h

    def backward(self, grad_output):
        grad = grad_output.copy()
        grad[self.padding] = 0
        for layer in self.stack[::-1]:
            grad = layer.backward(grad)
        table = self.gradients["embedding"]
        for text, rows in zip(self.ids, grad, strict=True):
            for word, row in zip(text, rows, strict=True):
                table[word] += row


class MaskedLM(Model):
    def __init__(self, vocabulary_size, length, features, heads, layers, *, rng):
        super().__init__()
        self.vocabulary_size = vocabulary_size
        self.encoder = TransformerEncoder(vocabulary_size, length, features, heads, layers, rng=rng)
        self.add_child("encoder", self.encoder)
        self.add_parameter("U", rng.normal(scale=0.1, size=(features, vocabulary_size)))
        self.add_parameter("b", np.zeros(vocabulary_size))

    def forward(self, ids, chosen):
        if ids.shape != chosen.shape or chosen.dtype != np.bool_:
            raise ValueError("chosen")
        h = self.encoder.forward(ids)
        self.shape, self.flat = h.shape, np.flatnonzero(chosen)
        self.h = h.reshape(-1, h.shape[-1])[self.flat]
        return np.einsum("md,dv->mv", self.h, self.parameters["U"]) + self.parameters["b"]

    def backward(self, grad_logits):
        self.gradients["U"] += np.einsum("md,mv->dv", self.h, grad_logits)
        self.gradients["b"] += np.ones(len(grad_logits), self.h.dtype) @ grad_logits
        grad = np.zeros((self.shape[0] * self.shape[1], self.shape[2]), self.h.dtype)
        grad[self.flat] = grad_logits @ self.parameters["U"].T
        self.encoder.backward(grad.reshape(self.shape))


def fit_masked_lm(model, ids, *, steps, batch_size, learning_rate, share=0.15, rng):
    loss, adam, losses = part("softmax_cross_entropy")(), part("adam")(learning_rate), []
    model.train()
    for _ in range(steps):
        texts = rng.choice(ids, size=batch_size)
        inputs, chosen = mask_tokens(texts, model.vocabulary_size, share, rng=rng)
        if chosen.sum() == 0:
            continue
        model.zero_gradients()
        value = loss.forward(model.forward(inputs, chosen), texts[chosen])
        model.backward(loss.backward())
        adam.step(model.parameters, model.gradients)
        losses.append(value)
    return losses


def pseudo_perplexity(model, ids):
    texts = [text[text != 0] for text in ids]
    if not sum(map(len, texts)):
        raise ValueError("no words")
    model.eval()
    logs = []
    for text in texts:
        hidden = np.eye(len(text), dtype=bool)
        rows = np.where(hidden, model.vocabulary_size, text)
        if not len(text):
            continue
        for scores, word in zip(np.asarray(model.forward(rows, hidden)), text, strict=True):
            largest = scores.max()
            logs.append(scores[word] - largest - math.log(np.exp(scores - largest).sum()))
    return math.exp(-sum(logs) / len(logs))
