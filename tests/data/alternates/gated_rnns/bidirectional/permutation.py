"""Time is turned around by a permutation matrix; plain dicts instead of `Model`."""

import numpy as np


def turned(x):
    P = np.eye(x.shape[1], dtype=x.dtype)[::-1]
    return np.einsum("st,ntd->nsd", P, x)


class Bidirectional:
    def __init__(self, forward, backward):
        if forward is backward:
            raise ValueError("two layers, please")
        self.right, self.left = forward, backward
        named = {"forward_layer": forward, "backward_layer": backward}.items()
        self.parameters, self.gradients = (
            {f"{name}.{key}": a for name, f in named for key, a in getattr(f, table).items()}
            for table in ("parameters", "gradients")
        )

    def zero_gradients(self):
        self.right.zero_gradients()
        self.left.zero_gradients()

    def train(self):
        self.right.train()
        self.left.train()

    def eval(self):
        self.right.eval()
        self.left.eval()

    def initial_state(self, batch_size):
        return self.right.initial_state(batch_size), self.left.initial_state(batch_size)

    @property
    def state(self):
        return self.right.state, self.left.state

    def forward(self, x, state=None, mask=None):
        start, end = state or (None, None)
        h = self.right.forward(x, start, mask)
        self.size = h.shape[2]
        g = self.left.forward(turned(x), end, mask if mask is None else np.fliplr(mask))
        y = np.zeros((*h.shape[:2], h.shape[2] + g.shape[2]), h.dtype)
        y[:, :, : self.size] = h
        y[:, :, self.size :] = turned(g)
        return y

    def backward(self, grad_y):
        left, end = self.left.backward(turned(grad_y[:, :, self.size :]))
        right, start = self.right.backward(grad_y[:, :, : self.size].copy())
        return turned(left) + right, (start, end)
