"""PyTorch: binary cross-entropy of the scores, and autograd."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


def sampling_distribution(counts, power=0.75):
    counts = counts.double()
    if bool((~torch.isfinite(counts) | (counts < 0)).any()) or not bool((counts > 0).any()):
        raise ValueError("no counts")
    logs = torch.where(counts > 0, power * torch.log(counts), torch.tensor(-torch.inf).double())
    return torch.softmax(logs, 0)


def negative_sampling(center, outside_id, negative_ids, outside_vectors):
    ids = torch.cat([torch.tensor([outside_id]), negative_ids])
    if bool((ids < 0).any()) or bool((ids >= len(outside_vectors)).any()):
        raise IndexError("no such word")
    rows, places = ids.unique(return_inverse=True)
    v = center.detach().clone().requires_grad_()
    u = outside_vectors[rows].detach().clone().requires_grad_()
    answers = torch.zeros(len(ids), dtype=center.dtype)
    answers[0] = 1
    loss = F.binary_cross_entropy_with_logits(u[places] @ v, answers, reduction="sum")
    d_center, d_rows = torch.autograd.grad(loss, [v, u])
    return float(loss), d_center, rows, d_rows
