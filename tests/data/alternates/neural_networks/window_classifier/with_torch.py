"""PyTorch: everything by autograd, parts included only for their initial weights."""

import torch

from framework.models.parts import part


def windows(ids, size):
    if ids.ndim != 1 or size < 0:
        raise ValueError("one sentence, and no fewer than 0 words on each side")
    gap = ids.new_zeros(size)
    padded = torch.cat([gap, ids, gap])
    places = torch.arange(len(ids))[:, None] + torch.arange(2 * size + 1)
    return padded[places]


class WindowClassifier(torch.nn.Module):
    def __init__(
        self, vocabulary_size, embedding_size, window, hidden_size, classes, activation="tanh",
        *, rng,
    ):  # fmt: skip
        super().__init__()
        width = (2 * window + 1) * embedding_size
        first, last = part("affine")(width, hidden_size, rng=rng), part("affine")(
            hidden_size, classes, rng=rng
        )  # fmt: skip
        self.f = getattr(torch, activation)
        self.tables = {
            "embedding": torch.from_numpy(rng.normal(0, 0.1, (vocabulary_size, embedding_size))),
            **{f"hidden.{name}": value for name, value in first.parameters.items()},
            **{f"output.{name}": value for name, value in last.parameters.items()},
        }
        self.width = 2 * window + 1
        self.gradients = {name: torch.zeros_like(value) for name, value in self.tables.items()}

    @property
    def parameters(self):
        return self.tables

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, ids):
        if ids.numel() and not 0 <= ids.min() <= ids.max() < len(self.tables["embedding"]):
            raise IndexError("an id has no row in the embedding")
        if ids.ndim != 2 or ids.shape[1] != self.width:
            raise ValueError("these windows have another width")
        self.leaves = {name: t.detach().requires_grad_() for name, t in self.tables.items()}
        p = self.leaves
        x = p["embedding"][ids].flatten(1)
        h = self.f(x @ p["hidden.W"] + p["hidden.b"])
        self.logits = h @ p["output.W"] + p["output.b"]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        leaves = list(self.leaves.values())
        found = torch.autograd.grad(self.logits, leaves, grad_logits, retain_graph=True)
        for name, gradient in zip(self.leaves, found, strict=True):
            self.gradients[name] += gradient
