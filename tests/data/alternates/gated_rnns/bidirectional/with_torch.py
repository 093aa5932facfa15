"""PyTorch: `flip`, and the layers' own backward."""

import torch


class Bidirectional(torch.nn.Module):
    def __init__(self, forward, backward):
        super().__init__()
        if forward is backward:
            raise ValueError("two layers, please")
        self.layers = {"forward_layer": forward, "backward_layer": backward}

    @property
    def parameters(self):
        return self.table("parameters")

    @property
    def gradients(self):
        return self.table("gradients")

    def table(self, which):
        found = {}
        for name, layer in self.layers.items():
            for key, value in getattr(layer, which).items():
                found[f"{name}.{key}"] = value
        return found

    def zero_gradients(self):
        for layer in self.layers.values():
            layer.zero_gradients()

    def initial_state(self, batch_size):
        return tuple(layer.initial_state(batch_size) for layer in self.layers.values())

    def forward(self, x, state=None, mask=None):
        start, end = (None, None) if state is None else state
        right, left = self.layers.values()
        h = right.forward(x, start, mask)
        g = left.forward(x.flip(1), end, None if mask is None else mask.flip(1))
        self.sizes = h.shape[-1], g.shape[-1]
        self.state = right.state, left.state
        return torch.cat((h, g.flip(1)), dim=2)

    def backward(self, grad_y):
        right, left = self.layers.values()
        of_h, of_g = grad_y.split(self.sizes, dim=2)
        grad_x, start = right.backward(of_h)
        turned, end = left.backward(of_g.flip(1))
        return grad_x + turned.flip(1), (start, end)
