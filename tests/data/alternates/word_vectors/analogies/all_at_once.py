"""All questions in one product; masked arrays."""

import numpy as np


def _rows(vectors):
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths != 0)


def _answer_all(vectors, given):
    unit = _rows(vectors)
    a, b, c = given.T
    scores = np.einsum("qd,vd->qv", unit[b] + unit[c] - unit[a], unit)
    np.put_along_axis(scores, given, -np.inf, axis=1)
    return np.argmax(scores, axis=1)


def analogy(vectors, a, b, c):
    return _answer_all(vectors, np.array([[a, b, c]])).item()


def analogy_accuracy(vectors, questions):
    found = _answer_all(vectors, questions[:, :3])
    return np.count_nonzero(found == questions[:, 3]) / len(questions)


def offset_consistency(vectors, pairs):
    unit = _rows(vectors)
    steps = _rows(np.subtract(unit[pairs[:, 1]], unit[pairs[:, 0]]))
    above = np.triu_indices(len(pairs), k=1)
    return float((steps @ steps.T)[above].mean())
