"""PyTorch: everything in one graph, and autograd."""

import torch
from torch.nn import functional


def drawn(rng, *shape):
    return torch.from_numpy(rng.normal(0, 0.3, shape))


class Network:
    """Parameters by name; `compute` makes the output of them."""

    def start(self, tables):
        self.parameters = tables
        self.gradients = {name: torch.zeros_like(value) for name, value in tables.items()}

    def train(self):
        pass

    eval = train

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, ids):
        if ids.ndim not in self.axes:
            raise ValueError("ids")
        if ids.min() < 0 or ids.max() >= self.A:
            raise IndexError("ids")
        self.leaves = {k: v.detach().clone().requires_grad_() for k, v in self.parameters.items()}
        self.y = self.compute(self.leaves, ids)
        return self.y.detach().clone()

    def backward(self, grad_output):
        found = torch.autograd.grad(
            self.y, list(self.leaves.values()), grad_output, retain_graph=True, allow_unused=True
        )
        for gradient, more in zip(self.gradients.values(), found, strict=True):
            if more is not None:
                gradient += more


class CharacterWordEncoder(Network):
    axes = (2, 3)

    def __init__(
        self, characters, embedding_size, maps, *, widths=(2, 3, 4), highway_layers=1, rng
    ):
        self.A, self.widths, self.layers = characters, list(widths), highway_layers
        counts = [maps] * len(self.widths) if isinstance(maps, int) else list(maps)
        if not self.widths or min(self.widths) < 1 or len(set(self.widths)) < len(self.widths):
            raise ValueError("widths")
        if len(counts) != len(self.widths):
            raise ValueError("maps")
        self.size = F = sum(counts)
        tables = {"embedding": drawn(rng, characters, embedding_size)}
        for h, count in zip(self.widths, counts, strict=True):
            tables[f"conv_{h}.W"] = drawn(rng, h, embedding_size, count)
            tables[f"conv_{h}.b"] = torch.zeros(count, dtype=torch.float64)
        for i in range(1, highway_layers + 1):
            tables[f"highway_{i}.W_h"] = drawn(rng, F, F)
            tables[f"highway_{i}.b_h"] = torch.zeros(F, dtype=torch.float64)
            tables[f"highway_{i}.W_t"] = drawn(rng, F, F)
            tables[f"highway_{i}.b_t"] = torch.full((F,), -2.0, dtype=torch.float64)
        self.start(tables)

    def compute(self, p, ids):
        words = ids.reshape(-1, ids.shape[-1])
        there = (words > 0)[..., None]
        e = torch.where(there, p["embedding"][words], torch.zeros((), dtype=p["embedding"].dtype))
        pieces = []
        for h in self.widths:
            seen = functional.pad(e, (0, 0, 0, h - 1)).unfold(1, h, 1)
            c = torch.einsum("mldk,kdc->mlc", seen, p[f"conv_{h}.W"]) + p[f"conv_{h}.b"]
            c = c.masked_fill(~there, -torch.inf).max(dim=1).values
            pieces.append(torch.where(there.any(dim=1), c, torch.zeros_like(c)).tanh())
        y = torch.cat(pieces, dim=1)
        for i in range(1, self.layers + 1):
            layer = {k.split(".")[1]: v for k, v in p.items() if k.startswith(f"highway_{i}.")}
            gate = torch.sigmoid(y @ layer["W_t"] + layer["b_t"])
            y = gate * torch.relu(y @ layer["W_h"] + layer["b_h"]) + (1 - gate) * y
        return y.reshape(*ids.shape[:-1], self.size)


class CharacterTagger(Network):
    axes = (3,)

    def __init__(
        self, characters, embedding_size, maps, classes, window=0, *,
        widths=(2, 3, 4), highway_layers=1, rng,
    ):  # fmt: skip
        self.encoder = CharacterWordEncoder(
            characters, embedding_size, maps, widths=widths, highway_layers=highway_layers, rng=rng
        )
        self.A, self.m = characters, window
        tables = {f"encoder.{name}": value for name, value in self.encoder.parameters.items()}
        tables["output.W"] = drawn(rng, 2 * window + 1, self.encoder.size, classes)
        tables["output.b"] = torch.zeros(classes, dtype=torch.float64)
        self.start(tables)

    def compute(self, p, ids):
        own = {k.removeprefix("encoder."): v for k, v in p.items() if k.startswith("encoder.")}
        v = self.encoder.compute(own, ids) * (ids > 0).any(dim=2)[..., None]
        seen = functional.pad(v, (0, 0, self.m, self.m)).unfold(1, 2 * self.m + 1, 1)
        return torch.einsum("ntfk,kfc->ntc", seen, p["output.W"]) + p["output.b"]
