"""Thresholds instead of sorting back; rng.choice; whole histories kept as columns."""

import numpy as np


def softmax(scores):
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def truncate(scores, top_k=None, top_p=None):
    if (top_k is not None and top_k <= 0) or (top_p is not None and not 0 < top_p <= 1):
        raise ValueError("no such cut")
    p = softmax(scores)
    # rank[n, w]: how many words come before w
    rank = np.argsort(np.argsort(-p, axis=1, kind="stable"), axis=1)
    if top_k is not None:
        p = np.where(rank < top_k, p, 0.0)
        p /= p.sum(axis=1, keepdims=True)
    if top_p is not None:
        before = np.array(
            [[row[r < mine].sum() for mine in r] for row, r in zip(p, rank, strict=True)]
        )
        p = np.where(before < top_p, p, 0.0)
        p /= p.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return np.log(p)


def after_prefix(model, prefix):
    if prefix.size == 0:
        raise ValueError("an empty prefix")
    state = model.initial_state(prefix.shape[0])
    for t in range(prefix.shape[1]):
        logs, state = model.next_log_probabilities(prefix[:, t], state)
    return logs, state


def sample(model, prefix, length, temperature=1.0, *, top_k=None, top_p=None, rng):
    if not temperature > 0 or length < 0:
        raise ValueError("no such setting")
    logs, state = after_prefix(model, prefix)
    texts = np.zeros((len(prefix), 0), dtype=int)
    while texts.shape[1] < length:
        p = np.exp(truncate(logs / temperature, top_k, top_p))
        words = np.array([rng.choice(p.shape[1], p=row / row.sum()) for row in p])
        texts = np.hstack([texts, words[:, None]])
        logs, state = model.next_log_probabilities(words, state)
    return texts


def greedy(model, prefix, length):
    if length < 0:
        raise ValueError("no such length")
    logs, state = after_prefix(model, prefix)
    texts = np.zeros((len(prefix), 0), dtype=int)
    while texts.shape[1] < length:
        words = logs.argmax(axis=1)
        texts = np.hstack([texts, words[:, None]])
        logs, state = model.next_log_probabilities(words, state)
    return texts


def pick(state, rows):
    return tuple(pick(part, rows) for part in state) if isinstance(state, tuple) else state[rows]


def beam_search(model, prefix, length, beam_size, *, end=None):
    if beam_size <= 0 or length < 0:
        raise ValueError("no such setting")
    logs, state = after_prefix(model, prefix[np.newaxis])
    texts, scores = np.zeros((1, 0), dtype=int), np.zeros(1)
    best_text, best_score = texts[0], -np.inf
    while texts.shape[1] < length and len(texts) and scores.max() > best_score:
        if texts.shape[1]:
            logs, state = model.next_log_probabilities(texts[:, -1], state)
        totals = (scores[:, None] + logs).ravel()
        count = min(beam_size, totals.size)
        best = np.argpartition(-totals, count - 1)[:count]
        rows, words = best // logs.shape[1], best % logs.shape[1]
        texts, scores, state = (
            np.hstack([texts[rows], words[:, None]]),
            totals[best],
            pick(state, rows),
        )
        for text, score in zip(texts[words == end], scores[words == end], strict=True):
            if score > best_score:
                best_text, best_score = text, score
        open_ones = words != end if end is not None else np.ones(len(words), dtype=bool)
        texts, scores, state = texts[open_ones], scores[open_ones], pick(state, open_ones)
    if len(texts) and scores.max() > best_score:
        return texts[scores.argmax()], float(scores.max())
    return best_text, float(best_score)
