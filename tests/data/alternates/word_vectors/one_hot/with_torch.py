"""PyTorch, by its own functions where they fit."""

import torch


def one_hot(ids, vocabulary_size):
    if bool(((ids < 0) | (ids >= vocabulary_size)).any()):
        raise IndexError("no such word")
    vectors = torch.zeros(*ids.shape, vocabulary_size, dtype=torch.float64)
    return vectors.scatter(-1, ids.unsqueeze(-1), 1.0)


def cosine_similarity(a, b):
    unit_a, unit_b = (torch.nan_to_num(v / v.abs().amax(-1, keepdim=True)) for v in (a, b))
    lengths = unit_a.norm(dim=-1) * unit_b.norm(dim=-1)
    products = (unit_a * unit_b).sum(-1)
    return torch.where(lengths > 0, products / lengths, torch.zeros_like(products)).clamp(-1, 1)


def lookup(ids, W):
    if ((ids < 0) | (ids >= len(W))).any():
        raise IndexError("no such row")
    return W[ids]


def lookup_gradient(ids, grad, vocabulary_size):
    total = torch.zeros(vocabulary_size, grad.shape[-1], dtype=grad.dtype)
    return total.index_put_((ids.long(),), grad, accumulate=True)
