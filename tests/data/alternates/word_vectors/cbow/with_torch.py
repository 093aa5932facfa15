"""CBOW as a user of PyTorch writes it."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


def context_windows(tokens, window):
    tokens = torch.as_tensor(tokens, dtype=torch.int64)
    offsets = torch.tensor([j for j in range(-window, window + 1) if j])
    places = torch.arange(len(tokens)).unsqueeze(1) + offsets
    mask = (places >= 0) & (places < len(tokens))
    ids = torch.zeros_like(places)
    ids[mask] = tokens[places[mask]]
    return ids, mask


class CBOW(torch.nn.Module):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        shape = (vocabulary_size, dimension)
        self._tables = {
            name: torch.nn.Parameter(torch.from_numpy(rng.normal(scale=0.1, size=shape)))
            for name in ("context_vectors", "center_vectors")
        }
        self.gradients = {name: torch.zeros(shape, dtype=torch.float64) for name in self._tables}

    @property
    def parameters(self):
        return self._tables

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, contexts, mask):
        rows = F.embedding(contexts, self._tables["context_vectors"])
        there = mask.unsqueeze(-1).double()
        mean = (rows * there).sum(1) / there.sum(1).clamp(min=1)
        self.scores = mean @ self._tables["center_vectors"].T
        return self.scores

    def backward(self, grad_scores):
        found = torch.autograd.grad(self.scores, list(self._tables.values()), grad_scores)
        for name, gradient in zip(self._tables, found, strict=True):
            self.gradients[name] += gradient

    def negative_log_likelihood(self, tokens, window):
        tokens = torch.as_tensor(tokens, dtype=torch.int64)
        scores = self.forward(*context_windows(tokens, window))
        return F.cross_entropy(scores, tokens).item()
