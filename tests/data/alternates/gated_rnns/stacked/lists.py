"""States are lists; connections are functions chosen by name; warnings are errors."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")


class Stacked(Model):
    def __init__(self, layers, skip=None):
        super().__init__()
        layers = list(layers)
        if not layers or len({id(layer) for layer in layers}) != len(layers):
            raise ValueError("different layers are needed, at least one")
        if skip not in (None, "residual", "dense"):
            raise ValueError(f"skip={skip!r}")
        self.skip, self.layers = skip, layers
        for number, layer in enumerate(layers):
            self.add_child(f"layer_{number + 1}", layer)

    def initial_state(self, batch_size):
        return [layer.initial_state(batch_size) for layer in self.layers]

    def forward(self, x, state=None, mask=None):
        states = [None] * len(self.layers) if state is None else list(state)
        if len(states) != len(self.layers):
            raise ValueError(f"{len(states)} states for {len(self.layers)} layers")
        self.inputs, self.added = [], []
        for layer, first in zip(self.layers, states, strict=True):
            h = layer.forward(x, first, mask)
            self.inputs.append(x.shape[2])
            self.added.append(self.skip == "residual" and h.shape == x.shape)
            if self.added[-1]:
                x = x + h
            elif self.skip == "dense":
                x = np.concatenate([x, h], axis=2)
            else:
                x = h
        self.state = [layer.state for layer in self.layers]
        return h if self.skip == "dense" else x

    def backward(self, grad_h):
        grad, grad_states = grad_h, []
        if self.skip == "dense":
            shape = (*grad_h.shape[:2], self.inputs[-1])
            grad = np.concatenate([np.zeros(shape, grad_h.dtype), grad_h], axis=2)
        for i in reversed(range(len(self.layers))):
            D = self.inputs[i]
            own = grad[:, :, D:] if self.skip == "dense" else grad
            through, grad_state = self.layers[i].backward(own)
            if self.skip == "dense":
                through = through + grad[:, :, :D]
            elif self.added[i]:
                through = through + grad
            grad, grad_states = through, [grad_state, *grad_states]
        return [grad, grad_states]


class RecurrentDropout(Model):
    def __init__(self, layer, keep_probability, drop="inputs", *, rng):
        super().__init__()
        if drop not in ("inputs", "weights"):
            raise ValueError(drop)
        self.drop, self.layer = drop, self.add_child("_layer", layer)
        names = ["x"]
        if drop == "weights":
            names = sorted(k for k in layer.parameters if layer.parameters[k].ndim == 2)
        self.dropouts = {
            k: part("dropout")(keep_probability, inverted=True, rng=rng) for k in names
        }
        for name, dropout in self.dropouts.items():
            self.add_child("_" + name, dropout)

    @property
    def state(self):
        return self.layer.state

    def initial_state(self, batch_size):
        return self.layer.initial_state(batch_size)

    def forward(self, x, state=None, mask=None):
        if self.drop == "inputs":
            x = self.dropouts["x"].forward(x)
            return self.layer.forward(x, state, mask)
        own = dict(self.layer.parameters)
        self.masked = {k: d.forward(own[k]) for k, d in self.dropouts.items()}
        self.layer.parameters.update(self.masked)  # other arrays in the dict, for this call
        h = self.layer.forward(x, state, mask)
        self.layer.parameters.update(own)
        return h

    def backward(self, grad_h):
        if self.drop == "inputs":
            grad_x, grad_state = self.layer.backward(grad_h)
            return [self.dropouts["x"].backward(grad_x), grad_state]
        parameters, gradients = self.layer.parameters, self.layer.gradients
        own, sums = dict(parameters), dict(gradients)
        parameters.update(self.masked)
        gradients.update({k: np.zeros_like(sums[k]) for k in self.dropouts})
        result = self.layer.backward(grad_h)
        for name, dropout in self.dropouts.items():
            sums[name] += dropout.backward(gradients[name])
        parameters.update(own)
        gradients.update(sums)
        return list(result)
