"""The skip-gram as a user of PyTorch writes it."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


def context_pairs(tokens, window):
    tokens = torch.as_tensor(tokens)
    centers, outsides = [], []
    for t in range(len(tokens)):
        for j in range(max(0, t - window), min(len(tokens), t + window + 1)):
            if j != t:
                centers.append(int(tokens[t]))
                outsides.append(int(tokens[j]))
    return torch.tensor(centers, dtype=torch.int64), torch.tensor(outsides, dtype=torch.int64)


def softmax(scores):
    return torch.softmax(scores, dim=-1)


def naive_softmax(center, outside_id, outside_vectors):
    v = center.clone().requires_grad_()
    U = outside_vectors.clone().requires_grad_()
    loss = -torch.log_softmax(U @ v, dim=0)[outside_id]
    d_center, d_outside = torch.autograd.grad(loss, (v, U))
    return loss.item(), d_center, d_outside


class SkipGram(torch.nn.Module):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        shape = (vocabulary_size, dimension)
        self._tables = {
            name: torch.nn.Parameter(torch.from_numpy(rng.normal(scale=0.1, size=shape)))
            for name in ("center_vectors", "outside_vectors")
        }
        self.gradients = {name: torch.zeros(shape, dtype=torch.float64) for name in self._tables}

    @property
    def parameters(self):
        return self._tables

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, center_ids):
        rows = F.embedding(center_ids, self._tables["center_vectors"])
        self.scores = rows @ self._tables["outside_vectors"].T
        return self.scores

    def backward(self, grad_scores):
        found = torch.autograd.grad(self.scores, list(self._tables.values()), grad_scores)
        for name, gradient in zip(self._tables, found, strict=True):
            self.gradients[name] += gradient

    def negative_log_likelihood(self, tokens, window):
        centers, outsides = context_pairs(tokens, window)
        total = F.cross_entropy(self.forward(centers), outsides, reduction="sum")
        return total.item() / len(tokens)

    def likelihood(self, tokens, window):
        centers, outsides = context_pairs(tokens, window)
        p = torch.softmax(self.forward(centers), dim=-1)
        return p[range(len(outsides)), outsides].prod().item()
