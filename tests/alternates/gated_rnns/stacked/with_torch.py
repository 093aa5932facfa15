"""PyTorch tensors; the layers differentiate themselves."""

import torch


class Stacked(torch.nn.Module):
    def __init__(self, layers, skip=None):
        super().__init__()
        if not layers or len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("each layer once")
        if skip not in (None, "skip", "dense"):
            raise ValueError("unknown connection")
        self.layers, self.skip = list(layers), skip

    @property
    def parameters(self):
        return self.table("parameters")

    @property
    def gradients(self):
        return self.table("gradients")

    def table(self, which):
        return {
            f"layer_{i}.{key}": value
            for i, layer in enumerate(self.layers, 1)
            for key, value in getattr(layer, which).items()
        }

    def zero_gradients(self):
        for layer in self.layers:
            layer.zero_gradients()

    def initial_state(self, batch_size):
        return tuple(layer.initial_state(batch_size) for layer in self.layers)

    def forward(self, x, state=None, mask=None):
        if state is None:
            state = (None,) * len(self.layers)
        self.adds, self.cuts = [], []
        for layer, start in zip(self.layers, state, strict=True):
            h = layer.forward(x, start, mask)
            self.adds.append(self.skip == "skip" and h.shape == x.shape)
            self.cuts.append([x.shape[-1], h.shape[-1]])
            result = x + h if self.adds[-1] else h
            x = torch.cat((x, h), -1) if self.skip == "dense" else result
        self.state = tuple(layer.state for layer in self.layers)
        return result

    def backward(self, grad_h):
        if self.skip == "dense":
            grad_h = torch.nn.functional.pad(grad_h, (self.cuts[-1][0], 0))
        states = []
        for layer, adds, cut in zip(
            self.layers[::-1], self.adds[::-1], self.cuts[::-1], strict=True
        ):
            around = grad_h if adds else 0
            if self.skip == "dense":
                around, grad_h = grad_h.split(cut, -1)
            grad_h, state = layer.backward(grad_h)
            grad_h = grad_h + around
            states.insert(0, state)
        return grad_h, tuple(states)
