"""Plain loops over texts and words; draws with Gumbel noise; a beam of tuples in a list."""

import numpy as np


def start(model, prefix):
    if prefix.shape[1] == 0:
        raise ValueError("nothing to read")
    state = model.initial_state(len(prefix))
    for column in prefix.T:
        logs, state = model.next_log_probabilities(column, state)
    return logs, state


def truncate(scores, top_k=None, top_p=None):
    if top_k is not None and top_k < 1:
        raise ValueError("k is too small")
    if top_p is not None and (top_p <= 0 or top_p > 1):
        raise ValueError("p is no share")
    return np.array([truncated(row, top_k, top_p) for row in scores])


def truncated(row, top_k, top_p):
    ids = sorted(range(len(row)), key=lambda w: (-row[w], w))[:top_k]
    weights = np.exp(row[ids] - row[ids[0]])
    weights /= weights.sum()
    if top_p is not None:
        count, total = 0, 0.0
        while total < top_p and count < len(ids):
            total += weights[count]
            count += 1
        ids, weights = ids[:count], weights[:count] / total
    kept = np.full(len(row), -np.inf)
    kept[ids] = np.log(weights)
    return kept


def sample(model, prefix, length, temperature=1.0, *, top_k=None, top_p=None, rng):
    if temperature <= 0 or length < 0:
        raise ValueError("settings out of range")

    def choose(logs):
        logs = truncate(logs / temperature, top_k, top_p)
        return np.argmax(logs + rng.gumbel(size=logs.shape), axis=1)

    return write(model, prefix, length, choose)


def greedy(model, prefix, length):
    if length < 0:
        raise ValueError("length is negative")
    return write(model, prefix, length, lambda logs: np.argmax(logs, axis=1))


def write(model, prefix, length, choose):
    logs, state = start(model, prefix)
    columns = []
    for _ in range(length):
        columns.append(choose(logs))
        logs, state = model.next_log_probabilities(columns[-1], state)
    return np.array(columns, dtype=int).reshape(length, len(prefix)).T.copy()


def beam_search(model, prefix, length, beam_size, *, end=None):
    if length < 0 or beam_size < 1:
        raise ValueError("settings out of range")
    logs, state = start(model, prefix.reshape(1, -1))
    beam, finished = [(0.0, (), state)], []
    for t in range(length):
        extended = []
        for score, words, before in beam:
            after = before
            if t:
                logs, after = model.next_log_probabilities(np.array([words[-1]]), before)
            extended += [(score + p, (*words, w), after) for w, p in enumerate(logs[0])]
        extended.sort(key=lambda one: -one[0])
        kept = extended[:beam_size]
        finished += [one[:2] for one in kept if one[1][-1] == end]
        beam = [one for one in kept if one[1][-1] != end]
        best = max((score for score, _ in finished), default=-np.inf)
        if not beam or beam[0][0] <= best:
            break
    score, words = max(finished + [one[:2] for one in beam], key=lambda one: one[0])
    return np.array(words, dtype=int), float(score)
