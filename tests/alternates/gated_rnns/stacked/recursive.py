"""A stack is a layer with a stack on top of it; plain dicts instead of `Model`."""

import numpy as np


class Stacked:
    def __init__(self, layers, skip=None):
        if skip not in {None, "skip", "dense"}:
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
        if self.skip == "skip" and h.shape[2] == x.shape[2]:
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
        elif self.skip == "skip" and grad.shape[2] == D:
            around = grad
        through, state = self.layers[i].backward(grad)
        return through + around, [state, *above]
