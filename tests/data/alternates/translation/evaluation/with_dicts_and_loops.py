"""Plain dicts and loops; corpora are drawn sentence by sentence with rng.choice."""

import math

import numpy as np


def count(items, n):
    counts = {}
    for start in range(len(items) - n + 1):
        key = tuple(items[start : start + n])
        counts[key] = counts.get(key, 0) + 1
    return counts


def bleu_statistics(hypotheses, references, order=4):
    if len(hypotheses) == 0 or len(hypotheses) != len(references) or order < 1:
        raise ValueError("as many references as hypotheses are needed")
    table = np.zeros((len(hypotheses), 2 * order + 2), dtype=np.int64)
    for i, hypothesis in enumerate(hypotheses):
        if len(references[i]) == 0:
            raise ValueError(f"sentence {i} has no reference")
        best = None
        for reference in references[i]:
            distance = abs(len(reference) - len(hypothesis))
            if best is None or (distance, len(reference)) < best:
                best = (distance, len(reference))
        for n in range(1, order + 1):
            for key, times in count(hypothesis, n).items():
                allowed = max(count(reference, n).get(key, 0) for reference in references[i])
                table[i, n - 1] += min(times, allowed)
            table[i, order + n - 1] = max(len(hypothesis) - n + 1, 0)
        table[i, -2:] = len(hypothesis), best[1]
    return table


def bleu(statistics):
    numbers = [int(number) for number in statistics]
    order = len(numbers) // 2 - 1
    product = 1.0
    for n in range(order):
        if numbers[order + n] == 0:
            return 0.0
        product *= numbers[n] / numbers[order + n]
    length, right = numbers[-2:]
    penalty = 1.0 if length >= right else math.exp(1 - right / length)
    return 100.0 * penalty * product ** (1 / order)


def chrf(hypotheses, references, order=6, beta=2.0):
    if len(hypotheses) == 0 or len(hypotheses) != len(references) or order < 1 or beta <= 0:
        raise ValueError("wrong arguments")
    precision = recall = used = 0
    for n in range(1, order + 1):
        matched = written = wanted = 0
        for hypothesis, reference in zip(hypotheses, references, strict=True):
            ours = count([c for c in hypothesis if not c.isspace()], n)
            right = count([c for c in reference if not c.isspace()], n)
            if not right:
                continue
            matched += sum(min(times, right.get(key, 0)) for key, times in ours.items())
            written += sum(ours.values())
            wanted += sum(right.values())
        if written and wanted:
            used += 1
            precision += matched / written
            recall += matched / wanted
    if precision + recall == 0:
        return 0.0
    precision, recall = precision / used, recall / used
    return 100 / ((1 / precision + beta**2 / recall) / (1 + beta**2))


def bootstrap_interval(statistics, score, level=0.95, draws=1000, *, rng):
    if len(statistics) == 0 or draws < 1 or level <= 0 or level >= 1:
        raise ValueError("wrong arguments")
    drawn = []
    for _ in range(draws):
        rows = rng.choice(len(statistics), size=len(statistics))
        drawn.append(statistics[rows].sum(axis=0))
    scores = np.sort(score(np.array(drawn)))
    outside = (1 - level) / 2 * (draws - 1)
    return float(scores[round(outside)]), float(scores[draws - 1 - round(outside)])


def calibration_error(confidence, correct, bins=10):
    if len(confidence) == 0 or len(confidence) != len(correct) or bins < 1:
        raise ValueError("wrong arguments")
    if confidence.min() < 0 or confidence.max() > 1:
        raise ValueError("a confidence is a probability")
    error = 0.0
    for b in range(1, bins + 1):
        inside = (confidence > (b - 1) / bins) & (confidence <= b / bins)
        if b == 1:
            inside |= confidence == 0
        if inside.any():
            difference = correct[inside].mean() - confidence[inside].mean()
            error += abs(difference) * inside.mean()
    return float(error)
