"""PyTorch tensors; the layers differentiate themselves."""

import torch

from framework.models.parts import part


class Stacked(torch.nn.Module):
    def __init__(self, layers, skip=None):
        super().__init__()
        if not layers or len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("each layer once")
        if skip not in (None, "residual", "dense"):
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
            self.adds.append(self.skip == "residual" and h.shape == x.shape)
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


class RecurrentDropout:
    def __init__(self, layer, keep_probability, drop="inputs", *, rng):
        if drop not in ("inputs", "weights"):
            raise ValueError("unknown")
        self.layer, self.drop = layer, drop
        self.parameters, self.gradients = layer.parameters, layer.gradients
        names = [name for name, value in layer.parameters.items() if value.dim() == 2]
        self.dropouts = {
            name: part("dropout")(keep_probability, inverted=True, rng=rng)
            for name in (sorted(names) if drop == "weights" else ["x"])
        }

    def each(self):
        return [self.layer, *self.dropouts.values()]

    def train(self):
        for one in self.each():
            one.train()

    def eval(self):
        for one in self.each():
            one.eval()

    def zero_gradients(self):
        self.layer.zero_gradients()

    @property
    def state(self):
        return self.layer.state

    def initial_state(self, batch_size):
        return self.layer.initial_state(batch_size)

    def with_masks(self, method, *arguments):
        own = {name: self.layer.parameters[name].detach().clone() for name in self.masked}
        for name, value in self.masked.items():
            self.layer.parameters[name].data.copy_(value)
        result = method(*arguments)
        for name, value in own.items():
            self.layer.parameters[name].data.copy_(value)
        return result

    def forward(self, x, state=None, mask=None):
        self.masked = {}
        if self.drop == "inputs":
            return self.layer.forward(self.dropouts["x"].forward(x), state, mask)
        for name, dropout in self.dropouts.items():
            self.masked[name] = dropout.forward(self.layer.parameters[name].detach())
        return self.with_masks(self.layer.forward, x, state, mask)

    def backward(self, grad_h):
        earlier = {name: self.layer.gradients[name].clone() for name in self.masked}
        for name in earlier:
            self.layer.gradients[name].zero_()
        grad_x, grad_state = self.with_masks(self.layer.backward, grad_h)
        for name, sums in earlier.items():
            found = self.dropouts[name].backward(self.layer.gradients[name])
            self.layer.gradients[name].copy_(sums + found)
        if self.drop == "inputs":
            grad_x = self.dropouts["x"].backward(grad_x)
        return grad_x, grad_state
