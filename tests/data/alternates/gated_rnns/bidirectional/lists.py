"""Reversed with np.flip, split with np.split; lists instead of tuples; warnings are errors."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


class Bidirectional(Model):
    def __init__(self, forward, backward):
        super().__init__()
        if forward is backward:
            raise ValueError("two layers are needed")
        self.forward_layer = self.add_child("forward_layer", forward)
        self.backward_layer = self.add_child("backward_layer", backward)

    def initial_state(self, batch_size):
        return [layer.initial_state(batch_size) for layer in self._layers()]

    def _layers(self):
        return self.forward_layer, self.backward_layer

    def forward(self, x, state=None, mask=None):
        states = [None, None] if state is None else state
        flipped = None if mask is None else np.flip(mask, axis=1)
        there = self.forward_layer.forward(x, states[0], mask)
        back = self.backward_layer.forward(np.flip(x, axis=1), states[1], flipped)
        self.split = there.shape[2]
        self.state = [layer.state for layer in self._layers()]
        return np.append(there, np.flip(back, axis=1), axis=2)

    def backward(self, grad_y):
        there, back = np.split(grad_y, [self.split], axis=2)
        grad_x, grad_first = self.forward_layer.backward(there)
        grad_reversed, grad_last = self.backward_layer.backward(np.flip(back, axis=1))
        return [grad_x + np.flip(grad_reversed, axis=1), [grad_first, grad_last]]


if __name__ == "__main__":
    print(Bidirectional.__doc__)
