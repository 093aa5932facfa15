"""The words of every sequence are sorted to its front, in the order in which they are read."""

import numpy as np

from framework.interfaces import Model


def moved(values, places):
    return np.take_along_axis(values, places[..., None], axis=1)


class Bidirectional(Model):
    def __init__(self, forward, backward):
        super().__init__()
        if forward is backward:
            raise ValueError("two layers, please")
        self.ways = [forward, backward]
        for name, layer in zip(("forward_layer", "backward_layer"), self.ways, strict=True):
            self.add_child(name, layer)

    def initial_state(self, batch_size):
        return tuple(layer.initial_state(batch_size) for layer in self.ways)

    def forward(self, x, state=None, mask=None):
        N, T, _ = x.shape
        words = np.ones((N, T), bool) if mask is None else mask.astype(bool)
        states = self.initial_state(N) if state is None else state
        self.orders, self.sizes, parts = [], [], []
        for layer, start, step in zip(self.ways, states, (1, -1), strict=True):
            time = np.arange(T)[::step]
            front = np.argsort(~words[:, time], axis=1, kind="stable")
            order = time[front]  # the step of x that stands at each place
            # What a step shows is the state after the words read so far; 0: the first state.
            read = np.cumsum(words[:, time], axis=1)[:, np.argsort(time)]
            h = layer.forward(moved(x, order), start, moved(words[..., None], order)[..., 0])
            first = (start[0] if isinstance(start, tuple) else start).astype(h.dtype)
            parts.append(moved(np.concatenate([first[:, None], h], axis=1), read))
            self.orders.append((order, read))
            self.sizes.append(h.shape[-1])
        self.state = tuple(layer.state for layer in self.ways)
        return np.concatenate(parts, axis=-1)

    def backward(self, grad_y):
        N, T, _ = grad_y.shape
        grad_x, grad_states = 0, []
        halves = grad_y[..., : self.sizes[0]], grad_y[..., self.sizes[0] :]
        for layer, grad, (order, read) in zip(self.ways, halves, self.orders, strict=True):
            grad_h = np.zeros((N, T + 1, grad.shape[-1]), grad.dtype)
            rows = np.arange(N)[:, None]
            np.add.at(grad_h, (rows, read), grad)
            of_x, of_state = layer.backward(grad_h[:, 1:])
            if isinstance(of_state, tuple):
                of_state = (of_state[0] + grad_h[:, 0], *of_state[1:])
            else:
                of_state = of_state + grad_h[:, 0]
            back = np.empty_like(of_x)
            back[rows, order] = of_x
            grad_x = grad_x + back
            grad_states.append(of_state)
        return grad_x, tuple(grad_states)
