"""Analogies of word vectors, on torch tensors.

Source: CS224n lecture 1; Mikolov, Yih and Zweig 2013.
"""

from __future__ import annotations

import torch
from torch import Tensor

from plugins.torch_backend.arrays import to_tensor


@torch.no_grad()
def analogy(vectors: Tensor, a: int, b: int, c: int) -> int:
    """Return the word nearest to v_b − v_a + v_c, without a, b and c."""
    return int(_answers(_unit(to_tensor(vectors)), torch.tensor([[a, b, c]]))[0])


@torch.no_grad()
def analogy_accuracy(vectors: Tensor, questions: Tensor) -> float:
    """Return the share of questions `(Q, 4)` that are answered: all at once."""
    questions = to_tensor(questions)
    answers = _answers(_unit(to_tensor(vectors)), questions[:, :3])
    return float((answers == questions[:, 3]).double().mean())


@torch.no_grad()
def offset_consistency(vectors: Tensor, pairs: Tensor) -> float:
    """Return the mean cosine of the differences of pairs `(P, 2)`."""
    unit, (a, b) = _unit(to_tensor(vectors)), to_tensor(pairs).T
    offsets = _unit(unit[b] - unit[a])
    cosines = offsets @ offsets.T
    return float((cosines.sum() - cosines.trace()) / (len(a) * (len(a) - 1)))


def _answers(unit: Tensor, given: Tensor) -> Tensor:
    """Return the answer `(Q,)` to each of the questions a, b, c `(Q, 3)`."""
    given = given.to(unit.device)
    a, b, c = given.T
    cosines = (unit[b] - unit[a] + unit[c]) @ unit.T
    return cosines.scatter(1, given, -torch.inf).argmax(1)


def _unit(vectors: Tensor) -> Tensor:
    """Return vectors of length 1; 0 stays 0."""
    lengths = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    return vectors / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
