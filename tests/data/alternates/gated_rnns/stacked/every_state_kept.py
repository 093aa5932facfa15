"""Keeps the states of all layers, and says which of them each layer reads: a list of sources."""

from contextlib import contextmanager

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class Stacked(Model):
    def __init__(self, layers, skip=None):
        super().__init__()
        if len(layers) == 0 or len(set(map(id, layers))) != len(layers):
            raise ValueError("each layer once")
        if skip is not None and skip != "residual" and skip != "dense":
            raise ValueError("unknown connection")
        self.kind, self.all = skip, layers
        for i in range(len(layers)):
            self.add_child(f"layer_{i + 1}", layers[i])

    def initial_state(self, batch_size):
        found = []
        for layer in self.all:
            found.append(layer.initial_state(batch_size))
        return tuple(found)

    def sources(self, i):
        """The numbers of the values that number i is made of; 0 is x, i is h of layer i."""
        if self.kind == "dense":
            return list(range(i))
        if self.kind is None:
            return [i - 1]
        wanted = [i - 1]
        while wanted[0] > 0 and self.widths[wanted[0]] == self.widths[wanted[0] - 1]:
            wanted.insert(0, wanted[0] - 1)
        return wanted

    def read(self, i):
        parts = [self.values[j] for j in self.sources(i)]
        if self.kind == "dense":
            return np.concatenate(parts, axis=2)
        return sum(parts[1:], parts[0])

    def forward(self, x, state=None, mask=None):
        if state is not None and len(state) != len(self.all):
            raise ValueError("one state for each layer")
        self.values, self.widths = [x], [x.shape[2]]
        for i, layer in enumerate(self.all, start=1):
            first = None if state is None else state[i - 1]
            self.values.append(layer.forward(self.read(i), first, mask))
            self.widths.append(self.values[i].shape[2])
        self.state = tuple(layer.state for layer in self.all)
        return np.array(self.values[-1] if self.kind == "dense" else self.read(len(self.values)))

    def backward(self, grad_h):
        last = len(self.all)
        grads = [np.zeros_like(value) for value in self.values]
        for j in [last] if self.kind == "dense" else self.sources(last + 1):
            grads[j] += grad_h
        states = [None] * last
        for i in range(last, 0, -1):
            grad, states[i - 1] = self.all[i - 1].backward(grads[i])
            start = 0
            for j in self.sources(i):
                part = grad[:, :, start : start + self.widths[j]]
                grads[j] += part if self.kind == "dense" else grad
                start += self.widths[j]
        return grads[0], tuple(states)


class RecurrentDropout(Model):
    def __init__(self, layer, keep_probability, drop="inputs", *, rng):
        super().__init__()
        if drop != "inputs" and drop != "weights":
            raise ValueError("inputs or weights")
        self.drop, self.layer = drop, layer
        self.add_child("_layer", layer)
        self.dropouts = {}
        for name in sorted(layer.parameters) if drop == "weights" else ["x"]:
            if name == "x" or layer.parameters[name].ndim == 2:
                one = part("dropout")(keep_probability, inverted=True, rng=rng)
                self.dropouts[name] = self.add_child(f"_of_{name}", one)

    state = property(lambda self: self.layer.state)

    def initial_state(self, batch_size):
        return self.layer.initial_state(batch_size)

    @contextmanager
    def dropped(self):
        kept = [(self.layer.parameters[name], self.masked[name]) for name in self.masked]
        own = [matrix.copy() for matrix, _ in kept]
        for matrix, masked in kept:
            np.copyto(matrix, masked)
        yield
        for (matrix, _), value in zip(kept, own, strict=True):
            np.copyto(matrix, value)

    def forward(self, x, state=None, mask=None):
        self.masked = {}
        for name, dropout in self.dropouts.items():
            if self.drop == "weights":
                self.masked[name] = dropout.forward(self.layer.parameters[name])
            else:
                x = dropout.forward(x)
        with self.dropped():
            return np.array(self.layer.forward(x, state, mask))

    def backward(self, grad_h):
        names = list(self.masked)
        before = [self.layer.gradients[name].copy() for name in names]
        for name in names:
            self.layer.gradients[name] *= 0
        with self.dropped():
            grad_x, grad_state = self.layer.backward(grad_h)
        for name, sum_before in zip(names, before, strict=True):
            gradient = self.layer.gradients[name]
            np.add(self.dropouts[name].backward(gradient), sum_before, out=gradient)
        if not names:
            grad_x = self.dropouts["x"].backward(grad_x)
        return grad_x, grad_state
