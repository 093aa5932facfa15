"""Counts as dicts; sums, draws and bins are torch tensors."""

import math

import torch


def grams(tokens, n):
    found = {}
    for i in range(len(tokens) - n + 1):
        key = " ".join(tokens[i : i + n])
        found[key] = found.get(key, 0) + 1
    return found


def bleu_statistics(hypotheses, references, order=4):
    if order < 1 or len(hypotheses) == 0 or len(hypotheses) != len(references):
        raise ValueError("unequal counts")
    rows = []
    for hypothesis, several in zip(hypotheses, references, strict=True):
        if not several:
            raise ValueError("no reference")
        counted = [grams(hypothesis, n) for n in range(1, order + 1)]
        allowed = [[grams(text, n) for text in several] for n in range(1, order + 1)]
        matches = [
            sum(min(k, max(right.get(key, 0) for right in rights)) for key, k in ours.items())
            for ours, rights in zip(counted, allowed, strict=True)
        ]
        lengths = torch.tensor([len(text) for text in several]).sort().values
        closest = lengths[(lengths - len(hypothesis)).abs().argmin()].item()
        totals = [sum(ours.values()) for ours in counted]
        rows.append(torch.tensor([*matches, *totals, len(hypothesis), closest]))
    return torch.stack(rows)


def bleu(statistics):
    order = len(statistics) // 2 - 1
    matches, totals = statistics[:order].double(), statistics[order:-2].double()
    if bool((matches == 0).any()):
        return 0.0
    length, right = statistics[-2:].tolist()
    penalty = math.exp(1 - right / length) if length < right else 1.0
    return 100 * penalty * math.exp((matches / totals).log().mean().item())


def chrf(hypotheses, references, order=6, beta=2.0):
    if order < 1 or beta <= 0 or len(hypotheses) == 0 or len(hypotheses) != len(references):
        raise ValueError("unequal counts, or a setting out of range")
    sums = torch.zeros(3, order, dtype=torch.float64)
    for texts in zip(hypotheses, references, strict=True):
        ours, right = (["".join(text.split())[i] for i in range(len("".join(text.split())))]
                       for text in texts)  # fmt: skip
        for n in range(1, min(order, len(right)) + 1):
            a, b = grams(ours, n), grams(right, n)
            shared = sum(min(k, b.get(key, 0)) for key, k in a.items())
            sums[:, n - 1] += torch.tensor([shared, sum(a.values()), sum(b.values())])
    matches, ours, right = sums[:, sums[1] > 0]
    if matches.sum() == 0:
        return 0.0
    p, r = (matches / ours).mean(), (matches / right).mean()
    return ((1 + beta**2) * p * r / (beta**2 * p + r) * 100).item()


def bootstrap_interval(statistics, score, level=0.95, draws=1000, *, rng):
    if len(statistics) == 0 or draws < 1 or not 0 < level < 1:
        raise ValueError("no interval")
    M = len(statistics)
    rows = torch.from_numpy(rng.integers(M, size=(draws, M)))
    sums = torch.stack([statistics[drawn].sum(dim=0) for drawn in rows])
    scores = torch.as_tensor(score(sums)).double()
    ends = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.float64)
    return tuple(torch.quantile(scores, ends).tolist())


def calibration_error(confidence, correct, bins=10):
    confidence, correct = torch.as_tensor(confidence), torch.as_tensor(correct)
    if len(confidence) == 0 or confidence.shape != correct.shape or bins < 1:
        raise ValueError("unequal counts")
    if confidence.min() < 0 or confidence.max() > 1:
        raise ValueError("no probability")
    number = (confidence * bins).ceil().long().clamp(min=1)
    gaps = torch.zeros(bins + 1, dtype=torch.float64)
    gaps.index_add_(0, number, correct.double() - confidence.double())
    return (gaps.abs().sum() / len(confidence)).item()
