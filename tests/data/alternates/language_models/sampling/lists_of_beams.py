"""Beams are lists of named tuples; every text is read on its own; warnings are errors."""

from typing import Any, NamedTuple

import numpy as np

np.seterr(all="raise", under="ignore", divide="ignore")


def read(model, prefix):
    if prefix.ndim != 2 or not prefix.shape[1]:
        raise ValueError(f"a prefix is (N, P) with P ≥ 1, not {prefix.shape}")
    state = model.initial_state(len(prefix))
    for t in range(prefix.shape[1]):
        log_probabilities, state = model.next_log_probabilities(prefix[:, t], state)
    return log_probabilities, state


def truncate(scores, top_k=None, top_p=None):
    if top_k is not None and top_k < 1:
        raise ValueError("top_k is at least 1")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError("top_p lies in (0, 1]")
    result = np.full(scores.shape, -np.inf)
    for row, out in zip(scores, result, strict=True):
        order = sorted(range(len(row)), key=lambda w: (-row[w], w))
        if top_k is not None:
            order = order[:top_k]
        log_p = row[order] - np.logaddexp.reduce(row[order])
        if top_p is not None:
            enough = np.cumsum(np.exp(log_p)) >= top_p - 1e-12
            kept = int(np.argmax(enough)) + 1 if enough.any() else len(order)
            order = order[:kept]
            log_p = log_p[:kept] - np.logaddexp.reduce(log_p[:kept])
        out[order] = log_p
    return result


def _continue(model, prefix, length, choose):
    log_p, state = read(model, prefix)
    words = []
    for _ in range(length):
        words.append(choose(log_p))
        log_p, state = model.next_log_probabilities(words[-1], state)
    return np.array(words, dtype=int).reshape(length, len(prefix)).T


def sample(model, prefix, length, temperature=1.0, *, top_k=None, top_p=None, rng):
    if not temperature > 0 or length < 0:
        raise ValueError("temperature > 0 and length ≥ 0")
    truncate(np.zeros((1, 1)), top_k, top_p)

    def draw(log_p):
        p = np.exp(truncate(log_p / temperature, top_k, top_p))
        return np.array([rng.choice(len(row), p=row / row.sum()) for row in p])

    return _continue(model, prefix, length, draw)


def greedy(model, prefix, length):
    if length < 0:
        raise ValueError("length ≥ 0")
    return _continue(model, prefix, length, lambda log_p: np.argmax(log_p, axis=1))


class _Text(NamedTuple):
    words: tuple[int, ...]
    total: float
    log_p: np.ndarray
    state: Any


def beam_search(model, prefix, length, beam_size, *, end=None):
    if length < 0 or beam_size < 1:
        raise ValueError("length ≥ 0 and beam_size ≥ 1")
    log_p, state = read(model, prefix[None])
    beam, best = [_Text((), 0.0, log_p[0], state)], None
    for _ in range(length):
        extensions = [
            (text.total + float(text.log_p[word]), -number, -word, text)
            for number, text in enumerate(beam)
            for word in range(len(text.log_p))
        ]
        extensions.sort(key=lambda e: e[:3], reverse=True)
        beam = []
        for total, _, minus_word, text in extensions[:beam_size]:
            words = (*text.words, -minus_word)
            if words[-1] == end:
                if best is None or total > best[1]:
                    best = words, total
                continue
            log_p, state = model.next_log_probabilities(np.array(words[-1:]), text.state)
            beam.append(_Text(words, total, log_p[0], state))
        if best is not None and max((t.total for t in beam), default=-np.inf) <= best[1]:
            beam = []
        if not beam:
            break
    candidates = [(text.words, text.total) for text in beam] + ([best] if best else [])
    words, total = max(candidates, key=lambda c: c[1])
    return [np.array(words, dtype=int), total]
