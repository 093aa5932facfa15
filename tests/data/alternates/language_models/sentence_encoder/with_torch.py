"""PyTorch tensors, autograd from the states to the scores, and the cell's own backward."""

import torch

from framework.models.parts import part


class SentenceEncoder:
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, pooling="final", cell="rnn",
        *, rng,
    ):  # fmt: skip
        if pooling not in ("final", "max", "mean"):
            raise ValueError("another pooling")
        self.pooling = pooling
        self.cell = part(cell)(embedding_size, hidden_size, rng=rng)
        self.own = {
            "embedding": torch.from_numpy(rng.normal(0, 0.1, (vocabulary_size, embedding_size))),
            "U": torch.from_numpy(rng.normal(0, hidden_size**-0.5, (hidden_size, classes))),
            "b_2": torch.zeros(classes, dtype=torch.float64),
        }
        self.own_gradients = {name: torch.zeros_like(value) for name, value in self.own.items()}

    @property
    def parameters(self):
        return self.own | {f"cell.{name}": p for name, p in self.cell.parameters.items()}

    @property
    def gradients(self):
        return self.own_gradients | {f"cell.{name}": g for name, g in self.cell.gradients.items()}

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def pool(self, h, words):
        if self.pooling == "final":
            return h[:, -1]
        if self.pooling == "max":
            return h.max(dim=1).values
        weights = words.to(h.dtype)
        return torch.einsum("nt,nth->nh", weights, h) / weights.sum(1, keepdim=True).clamp(min=1)

    def read(self, ids):
        if ids.min() < 0 or ids.max() >= len(self.own["embedding"]):
            raise IndexError("an id has no row in the embedding")
        words = ids != 0
        h = self.cell.forward(self.own["embedding"][ids], None, words)
        self.h = h.detach().clone().requires_grad_()
        return self.pool(self.h, words)

    def encode(self, ids):
        return self.read(ids).detach().clone()

    def forward(self, ids):
        self.ids, encoding = ids, self.read(ids)
        self.leaves = [self.h, *(self.own[name].clone().requires_grad_() for name in ("U", "b_2"))]
        self.logits = encoding @ self.leaves[1] + self.leaves[2]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        found = torch.autograd.grad(self.logits, self.leaves, grad_logits, retain_graph=True)
        self.own_gradients["U"] += found[1]
        self.own_gradients["b_2"] += found[2]
        grad_e, _ = self.cell.backward(found[0])
        rows = grad_e.reshape(-1, grad_e.shape[-1])
        self.own_gradients["embedding"].index_add_(0, self.ids.reshape(-1), rows)
