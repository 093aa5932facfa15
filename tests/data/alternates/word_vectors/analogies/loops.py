"""Word by word, with a running best."""

import math


def _scaled(v):
    length = math.hypot(*v)
    return [x / length if length else 0.0 for x in v]


def _dot(u, v):
    return math.fsum(x * y for x, y in zip(u, v, strict=True))


def analogy(vectors, a, b, c):
    words = [_scaled(v.tolist()) for v in vectors]
    point = [q - p + r for p, q, r in zip(words[a], words[b], words[c], strict=True)]
    best, answer = -math.inf, None
    for w, v in enumerate(words):
        product = _dot(v, point)
        if w not in (a, b, c) and product > best:
            best, answer = product, w
    return answer


def analogy_accuracy(vectors, questions):
    right = 0
    for a, b, c, d in questions:
        right += analogy(vectors, int(a), int(b), int(c)) == d
    return right / len(questions)


def offset_consistency(vectors, pairs):
    words = [_scaled(v.tolist()) for v in vectors]
    steps = []
    for a, b in pairs:
        steps.append(_scaled([q - p for p, q in zip(words[a], words[b], strict=True)]))
    total, count = 0.0, 0
    for i, u in enumerate(steps):
        for v in steps[:i]:
            total, count = total + _dot(u, v), count + 1
    return total / count
