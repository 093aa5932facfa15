"""PyTorch: functional layers, and autograd for everything."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


class DeepAveragingNetwork(torch.nn.Module):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_sizes, classes, *, keep_probability=1.0, rng
    ):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError("no share of the words")
        self.keep, self.rng = keep_probability, rng
        sizes = [embedding_size, *hidden_sizes, classes]
        self.k = len(sizes) - 1
        arrays = {"embedding": rng.normal(0, 0.1, (vocabulary_size, embedding_size))}
        for i in range(1, self.k + 1):
            shape = sizes[i - 1], sizes[i]
            arrays[f"W_{i}"] = rng.normal(0, (2 / shape[0]) ** 0.5, shape)
            arrays[f"b_{i}"] = rng.normal(0, 0.0, shape[1])
        self.tables = {name: torch.from_numpy(a).requires_grad_() for name, a in arrays.items()}
        self.gradients = {name: torch.zeros_like(table) for name, table in self.tables.items()}

    @property
    def parameters(self):
        return self.tables

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, ids):
        embedding = self.tables["embedding"]
        if ids.numel() and (ids.min() < 0 or ids.max() >= len(embedding)):
            raise IndexError("an id has no row in the embedding")
        words = ids != 0
        if self.training and self.keep < 1:
            kept = self.rng.random(tuple(ids.shape)) < self.keep
            words = words & torch.from_numpy(kept)
        mask = words.to(embedding.dtype).unsqueeze(-1)
        z = (F.embedding(ids, embedding) * mask).sum(1) / mask.sum(1).clamp(min=1)
        for i in range(1, self.k + 1):
            z = z @ self.tables[f"W_{i}"] + self.tables[f"b_{i}"]
            z = torch.relu(z) if i < self.k else z
        self.logits = z
        return z.detach().clone()

    def backward(self, grad_logits):
        found = torch.autograd.grad(
            self.logits, list(self.tables.values()), grad_logits, retain_graph=True
        )
        for name, gradient in zip(self.tables, found, strict=True):
            self.gradients[name] += gradient
