"""A stack is a layer with a stack on top of it; plain dicts instead of `Model`."""

import numpy as np

from framework.models.parts import part


class Stacked:
    def __init__(self, layers, skip=None):
        if skip not in {None, "residual", "dense"}:
            raise ValueError("unknown connection")
        if not layers or any(a is b for i, a in enumerate(layers) for b in layers[:i]):
            raise ValueError("each layer once")
        self.skip, self.layers = skip, list(layers)
        self.parameters, self.gradients = (
            {
                f"layer_{i + 1}.{key}": value
                for i, layer in enumerate(layers)
                for key, value in getattr(layer, table).items()
            }
            for table in ("parameters", "gradients")
        )

    def zero_gradients(self):
        for layer in self.layers:
            layer.zero_gradients()

    def train(self):
        for layer in self.layers:
            layer.train()

    def eval(self):
        for layer in self.layers:
            layer.eval()

    def initial_state(self, batch_size):
        return tuple(layer.initial_state(batch_size) for layer in self.layers)

    @property
    def state(self):
        return tuple(layer.state for layer in self.layers)

    def forward(self, x, state=None, mask=None):
        if state is None:
            state = [None for _ in self.layers]
        if len(state) != len(self.layers):
            raise ValueError("one state for each layer")
        self.reads = []
        return self.upwards(0, x, state, mask)

    def upwards(self, i, x, state, mask):
        h = self.layers[i].forward(x, state[i], mask)
        self.reads.append(x.shape[2])
        is_top = i + 1 == len(self.layers)
        if self.skip == "residual" and h.shape[2] == x.shape[2]:
            h = h + x
        elif self.skip == "dense" and not is_top:
            h = np.dstack([x, h])
        return h if is_top else self.upwards(i + 1, h, state, mask)

    def backward(self, grad_h):
        grad_x, states = self.downwards(0, grad_h)
        return grad_x, tuple(states)

    def downwards(self, i, grad):
        above = []
        is_top = i + 1 == len(self.layers)
        if not is_top:
            grad, above = self.downwards(i + 1, grad)
        around, D = 0, self.reads[i]
        if self.skip == "dense" and not is_top:
            around, grad = grad[:, :, :D], grad[:, :, D:]
        elif self.skip == "residual" and grad.shape[2] == D:
            around = grad
        through, state = self.layers[i].backward(grad)
        return through + around, [state, *above]


class RecurrentDropout:
    def __init__(self, layer, keep_probability, drop="inputs", *, rng):
        if drop not in {"inputs", "weights"}:
            raise ValueError("unknown kind")
        self.drop, self.layer = drop, layer
        self.parameters, self.gradients = layer.parameters, layer.gradients
        matrices = sorted(key for key, value in layer.parameters.items() if np.ndim(value) == 2)
        keys = matrices if drop == "weights" else ["x"]
        make = part("dropout")
        self.dropouts = {key: make(keep_probability, inverted=True, rng=rng) for key in keys}

    def zero_gradients(self):
        self.layer.zero_gradients()

    def train(self):
        self.layer.train()
        for dropout in self.dropouts.values():
            dropout.train()

    def eval(self):
        self.layer.eval()
        for dropout in self.dropouts.values():
            dropout.eval()

    def initial_state(self, batch_size):
        return self.layer.initial_state(batch_size)

    @property
    def state(self):
        return self.layer.state

    def run(self, call, *arguments):
        """Call a method of the layer while its matrices have dropped entries."""
        saved = {key: self.parameters[key].copy() for key in self.dropouts}
        for key in self.dropouts:
            self.parameters[key][:] = self.masked[key]
        result = call(*arguments)
        for key in self.dropouts:
            self.parameters[key][:] = saved[key]
        return result

    def forward(self, x, state=None, mask=None):
        if self.drop == "inputs":
            return self.layer.forward(self.dropouts["x"].forward(x), state, mask)
        self.masked = {k: d.forward(self.parameters[k]) for k, d in self.dropouts.items()}
        return self.run(self.layer.forward, x, state, mask)

    def backward(self, grad_h):
        if self.drop == "inputs":
            through, state = self.layer.backward(grad_h)
            return self.dropouts["x"].backward(through), state
        earlier = {key: self.gradients[key].copy() for key in self.dropouts}
        for key in self.dropouts:
            self.gradients[key].fill(0)
        result = self.run(self.layer.backward, grad_h)
        for key, dropout in self.dropouts.items():
            self.gradients[key][:] = dropout.backward(self.gradients[key])
            self.gradients[key] += earlier[key]
        return result
