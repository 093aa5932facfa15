"""PyTorch tensors; the layers differentiate themselves, what stands between is done by hand."""

import torch
from torch.nn import functional

from framework.models.parts import part

BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


class Network:
    def __init__(self):
        self.named, self.table = {}, {}

    @property
    def parameters(self):
        return {**self.own(0), **self.of_layers("parameters")}

    @property
    def gradients(self):
        return {**self.own(1), **self.of_layers("gradients")}

    def own(self, which):
        return {name: pair[which] for name, pair in self.table.items()}

    def of_layers(self, which):
        return {
            f"{name}.{key}": value
            for name, layer in self.named.items()
            for key, value in getattr(layer, which).items()
        }

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def train(self):
        for layer in self.named.values():
            layer.train()

    def eval(self):
        for layer in self.named.values():
            layer.eval()


class ConvBlock(Network):
    def __init__(self, in_channels, channels, shortcut=True, *, rng):
        super().__init__()
        for i, D in ((1, in_channels), (2, channels)):
            self.named[f"conv_{i}"] = part("conv1d")(D, channels, 3, padding=1, rng=rng)
            self.named[f"norm_{i}"] = part("batch_norm1d")(channels)
        self.way = "plain" if not shortcut else "identity"
        if shortcut and in_channels != channels:
            self.way = "project"
            self.named["project"] = part("pointwise_conv")(in_channels, channels, rng=rng)

    def layer(self, kind, i):
        return self.named[f"{kind}_{i}"]

    def forward(self, x):
        self.h = self.layer("norm", 1).forward(self.layer("conv", 1).forward(x)).relu()
        y = self.layer("norm", 2).forward(self.layer("conv", 2).forward(self.h))
        if self.way == "identity":
            y = y + x
        elif self.way == "project":
            y = y + self.named["project"].forward(x)
        self.y = y.relu()
        return self.y.clone()

    def backward(self, grad_output):
        grad = grad_output.where(self.y > 0, 0)
        back = self.layer("conv", 2).backward(self.layer("norm", 2).backward(grad))
        back = self.layer("norm", 1).backward(back * (self.h > 0))
        back = self.layer("conv", 1).backward(back)
        if self.way == "identity":
            return back + grad
        return back if self.way == "plain" else back + self.named["project"].backward(grad)


class DeepTextCNN(Network):
    def __init__(
        self,
        vocabulary_size,
        classes,
        length,
        depth=9,
        maps=64,
        *,
        embedding_size=16,
        hidden_size=2048,
        k=8,
        shortcut=True,
        rng,
    ):
        super().__init__()
        if depth not in BLOCKS or length < 1:
            raise ValueError("unknown depth or length")
        self.s = length
        table = torch.tensor(rng.normal(size=(vocabulary_size, embedding_size)))
        self.table["embedding"] = (table, torch.zeros_like(table))
        self.named["conv"] = part("conv1d")(embedding_size, maps, 3, padding=1, rng=rng)
        self.trunk, number, D = [self.named["conv"]], 0, maps
        for i, count in enumerate(BLOCKS[depth]):
            self.trunk += [part("local_max_pool")(3, 2)] if i else []
            for _ in range(count):
                number, block = number + 1, ConvBlock(D, maps * 2**i, shortcut, rng=rng)
                self.named[f"block_{number}"], D = block, maps * 2**i
                self.trunk.append(block)
        self.trunk.append(part("k_max_pool")(k))
        sizes = (8 * maps * k, hidden_size, hidden_size, classes)
        for i, name in enumerate(("hidden_1", "hidden_2", "output")):
            self.named[name] = part("affine")(sizes[i], sizes[i + 1], rng=rng)

    def forward(self, ids):
        table = self.table["embedding"][0]
        if ids.numel() and (ids.min() < 0 or ids.max() >= len(table)):
            raise IndexError("no such character")
        self.ids = functional.pad(ids[:, : self.s], (0, max(0, self.s - ids.shape[1])))
        x = table[self.ids]
        for layer in self.trunk:
            x = layer.forward(x)
        self.shape, x = x.shape, x.flatten(1)
        self.h1 = self.named["hidden_1"].forward(x).relu()
        self.h2 = self.named["hidden_2"].forward(self.h1).relu()
        return self.named["output"].forward(self.h2)

    def backward(self, grad_logits):
        grad = self.named["output"].backward(grad_logits) * (self.h2 > 0)
        grad = self.named["hidden_2"].backward(grad) * (self.h1 > 0)
        grad = self.named["hidden_1"].backward(grad).reshape(self.shape)
        for layer in self.trunk[::-1]:
            grad = layer.backward(grad)
        self.table["embedding"][1].index_add_(0, self.ids.flatten(), grad.flatten(0, 1))
