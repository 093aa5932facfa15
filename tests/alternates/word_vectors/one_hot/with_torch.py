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
