"""Its own list of layers, with their parameters named as a stack names them; one step at a time."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class Layers(Model):
    def __init__(self, cell, sizes, H, rng):
        super().__init__()
        self.all = [part(cell)(size, H, rng=rng) for size in sizes]
        for i, layer in enumerate(self.all):
            self.add_child(f"layer_{i + 1}", layer)

    def forward(self, x):
        raise AssertionError

    backward = forward


class GatedLM(Model):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="lstm", layers=1, *, rng):
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.V = V
        self.add_parameter("embedding", rng.uniform(-0.1, 0.1, (V, E)))
        self.cell = self.add_child("cell", Layers(cell, [E, *[H] * (layers - 1)], H, rng))
        self.add_parameter("U", rng.uniform(-1, 1, (H, V)) / np.sqrt(3 * H))
        self.add_parameter("b", np.zeros(V))

    def initial_state(self, batch_size):
        return tuple(layer.initial_state(batch_size) for layer in self.cell.all)

    def forward(self, tokens, state=None):
        if tokens.size and (tokens.min() < 0 or tokens.max() >= self.V):
            raise IndexError("no such word")
        state = state or self.initial_state(len(tokens))
        self.read = tokens
        self.h = self.parameters["embedding"][tokens]
        after = []
        for layer, its_own in zip(self.cell.all, state, strict=True):
            self.h = layer.forward(self.h, its_own)
            after.append(layer.state)
        self.state = tuple(after)
        return np.einsum("nth,hv->ntv", self.h, self.parameters["U"]) + self.parameters["b"]

    def backward(self, grad_logits):
        g = self.gradients
        g["U"] += np.einsum("nth,ntv->hv", self.h, grad_logits)
        g["b"] += np.einsum("ntv->v", grad_logits)
        grad = np.einsum("ntv,hv->nth", grad_logits, self.parameters["U"])
        for layer in reversed(self.cell.all):
            grad = layer.backward(grad)[0]
        for n in range(len(grad)):
            for t in range(grad.shape[1]):
                g["embedding"][self.read[n, t]] += grad[n, t]

    def next_log_probabilities(self, tokens, state):
        z = self.forward(tokens.reshape(-1, 1), state).squeeze(1)
        z = z - np.max(z, axis=1, keepdims=True)
        return z - np.log(np.sum(np.exp(z), axis=1, keepdims=True)), self.state


def agreement_accuracy(model, prefixes, right, wrong, distances):
    if not len(prefixes) == len(right) == len(wrong) == len(distances):
        raise ValueError("pieces are missing")
    tally = {}
    for prefix, good, bad, distance in zip(prefixes, right, wrong, distances, strict=True):
        if len(prefix) == 0:
            raise ValueError("nothing to read")
        state = model.initial_state(1)
        for i in range(len(prefix)):
            logs, state = model.next_log_probabilities(prefix[i : i + 1], state)
        hits, items = tally.get(int(distance), (0, 0))
        tally[int(distance)] = (hits + int(logs[0][good] > logs[0][bad]), items + 1)
    return {d: tally[d][0] / tally[d][1] for d in sorted(tally)}
