"""Words as one-hot vectors, the stack's own way back, and items of one length side by side."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part


class GatedLM(LanguageModel):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="lstm", layers=1, *, rng):
        super().__init__()
        make = part(cell)
        stack = [make(embedding_size, hidden_size, rng=rng)]
        while len(stack) < layers:
            stack.append(make(hidden_size, hidden_size, rng=rng))
        self.cell = self.add_child("cell", part("stacked")(stack))
        self.add_parameter("embedding", 0.1 * rng.normal(size=(vocabulary_size, embedding_size)))
        self.add_parameter("U", rng.normal(size=(hidden_size, vocabulary_size)) / hidden_size**0.5)
        self.add_parameter("b", np.zeros(vocabulary_size))

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def forward(self, tokens, state=None):
        V = len(self.parameters["b"])
        if np.any((tokens < 0) | (tokens >= V)):
            raise IndexError("no such word")
        self.words = (tokens[..., None] == np.arange(V)).astype(self.parameters["b"].dtype)
        self.h = self.cell.forward(self.words @ self.parameters["embedding"], state)
        self.state = self.cell.state
        return self.h @ self.parameters["U"] + self.parameters["b"]

    def backward(self, grad_logits):
        V = grad_logits.shape[-1]
        h, words = self.h.reshape(-1, self.h.shape[-1]), self.words.reshape(-1, V)
        flat = grad_logits.reshape(-1, V)
        self.gradients["U"] += h.T @ flat
        self.gradients["b"] += np.ones(len(flat), flat.dtype) @ flat
        grad_e, _ = self.cell.backward(grad_logits @ self.parameters["U"].T)
        self.gradients["embedding"] += words.T @ grad_e.reshape(len(flat), -1)

    def next_log_probabilities(self, tokens, state):
        logits = self.forward(tokens[:, None], state)[:, 0]
        return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True), self.state


def agreement_accuracy(model, prefixes, right, wrong, distances):
    lengths = np.array([len(prefix) for prefix in prefixes], dtype=int)
    if len({len(lengths), len(right), len(wrong), len(distances)}) != 1 or 0 in lengths:
        raise ValueError("an item is not whole")
    hit = np.zeros(len(lengths))
    for length in set(lengths.tolist()):
        (rows,) = np.nonzero(lengths == length)
        texts = np.stack([prefixes[i] for i in rows])
        state = model.initial_state(len(rows))
        for t in range(length):
            logs, state = model.next_log_probabilities(texts[:, t], state)
        each = np.arange(len(rows))
        hit[rows] = logs[each, right[rows]] > logs[each, wrong[rows]]
    return {int(d): float(np.mean(hit[distances == d])) for d in sorted(set(distances.tolist()))}
