"""Analogies as a user of PyTorch writes them."""

import torch


def _unit(v):
    return torch.nn.functional.normalize(v, dim=-1, eps=1e-300)


def analogy(vectors, a, b, c):
    unit = _unit(vectors)
    scores = unit @ (unit[b] - unit[a] + unit[c])
    scores[torch.tensor([a, b, c])] = -torch.inf
    return scores.argmax().item()


def analogy_accuracy(vectors, questions):
    answers = [analogy(vectors, a, b, c) == d for a, b, c, d in questions.tolist()]
    return sum(answers) / len(answers)


def offset_consistency(vectors, pairs):
    unit = _unit(vectors)
    steps = _unit(unit[pairs[:, 1]] - unit[pairs[:, 0]])
    cosines = steps @ steps.T
    off = ~torch.eye(len(pairs), dtype=torch.bool)
    return cosines[off].mean().item()
