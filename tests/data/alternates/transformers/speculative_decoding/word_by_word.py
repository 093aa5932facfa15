"""Loops over texts and words; the draft reads one token per call; sets of states."""

import math

import numpy as np

from framework.interfaces import LanguageModel


def same_words(*tables):
    if len({table.shape[-1] for table in tables}) > 1:
        raise ValueError("not one vocabulary")


def expected_tokens(target, draft, draft_tokens):
    if draft_tokens < 1:
        raise ValueError("no drafted token")
    same_words(target, draft)
    kept = sum(min(math.exp(p), math.exp(q)) for p, q in zip(target, draft, strict=True))
    mean, reached = 1.0, 1.0
    for _ in range(draft_tokens):
        reached *= kept
        mean += reached
    return mean


def choose(weights, rng):
    total = float(weights.sum())
    if not total > 0:
        raise ValueError("nothing to draw")
    return int(rng.choice(len(weights), p=weights / total))


def verify_one(words, q, p, rng):
    for i, word in enumerate(words):
        if q[i][word] <= p[i][word] or rng.random() < p[i][word] / q[i][word]:
            continue
        rest = np.array([max(b - a, 0.0) for a, b in zip(q[i], p[i], strict=True)])
        return i, choose(rest if rest.sum() > 0 else p[i], rng)
    return len(words), choose(p[len(words)], rng)


def verify(drafted, draft, target, *, rng):
    same_words(draft, target)
    rows = [
        verify_one(words, np.exp(q), np.exp(p).astype(float), rng)
        for words, q, p in zip(drafted.tolist(), draft.astype(float), target, strict=True)
    ]
    counts, following = zip(*rows, strict=True)
    return np.array(counts), np.array(following)


def speculative_sample(target, draft, prefix, length, draft_tokens=4, *, end=None, rng):
    if draft_tokens < 1 or length < 0 or len(prefix) == 0:
        raise ValueError("no such setting")
    known = [int(word) for word in prefix]
    last = len(known) + length
    target_read, target_state = 0, target.initial_state(1)
    draft_states = [draft.initial_state(1)]  # the state after 0, 1, 2, ... known tokens
    while len(known) < last:
        proposal, q = list(known), []
        while len(q) < draft_tokens and len(proposal) < last:
            for word in proposal[len(draft_states) - 1 :]:
                logs, state = draft.next_log_probabilities(np.array([word]), draft_states[-1])
                draft_states.append(state)
            q.append(np.exp(logs[0]))
            proposal.append(choose(q[-1], rng))
        new = np.array([proposal[target_read:]])
        results = target.read_tokens(new, target_state)
        p = [np.exp(logs[0]) for logs, _ in results[-len(q) - 1 :]]
        same_words(q[0], p[0])
        kept, word = verify_one(proposal[len(known) :], q, p, rng)
        known = proposal[: len(known) + kept]
        target_state = results[len(known) - target_read - 1][1]
        target_read = len(known)
        known.append(word)
        del draft_states[len(known) :]
        written = known[len(prefix) : last]
        if end is not None and end in written:
            return np.array(written[: written.index(end) + 1])
    return np.array(known[len(prefix) : last], dtype=int)


def without_dead_ends(steps):
    if steps.ndim != 2 or steps.size == 0 or steps.dtype.kind != "i":
        raise ValueError("no table of integers")
    if any(not -1 <= state < len(steps) for row in steps.tolist() for state in row):
        raise ValueError("no such state")
    rows = [[*row] for row in steps.tolist()]
    alive, before = set(range(len(rows))), None
    while alive != before:
        before = alive
        alive = {state for state in before if any(after in before for after in rows[state])}
    if 0 not in alive:
        raise ValueError("no text")
    return np.array([[after if after in alive else -1 for after in row] for row in rows])


class Constrained(LanguageModel):
    def __init__(self, model, steps):
        super().__init__()
        self.model, self.table = model, without_dead_ends(steps).tolist()

    def initial_state(self, batch_size):
        return self.model.initial_state(batch_size), np.zeros(batch_size, dtype=np.int64)

    def next_log_probabilities(self, tokens, state):
        logs, inner = self.model.next_log_probabilities(tokens, state[0])
        if logs.shape[1] != len(self.table[0]):
            raise ValueError("not one vocabulary")
        masked = np.full_like(logs, -np.inf)
        after = []
        for n, (token, q) in enumerate(zip(tokens.tolist(), state[1].tolist(), strict=True)):
            after.append(self.table[q][token] if q >= 0 else -1)
            allowed = [w for w, q in enumerate(self.table[after[n]]) if q >= 0 <= after[n]]
            allowed = [w for w in allowed if logs[n, w] > -np.inf]
            if allowed:
                masked[n, allowed] = logs[n, allowed] - np.logaddexp.reduce(logs[n, allowed])
        return masked, (inner, np.array(after, dtype=np.int64))
