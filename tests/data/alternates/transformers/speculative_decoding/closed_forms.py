"""Total variation and a geometric sum; Gumbel noise; matrices for reachable states."""

import numpy as np

from framework.interfaces import LanguageModel


def expected_tokens(target, draft, draft_tokens):
    if draft_tokens < 1 or target.shape != draft.shape:
        raise ValueError("k is at least 1, for one vocabulary")
    kept = 1 - 0.5 * np.abs(np.exp(target) - np.exp(draft)).sum()
    if np.isclose(kept, 1, rtol=0, atol=1e-9):
        return float(draft_tokens + 1)
    return float((1 - kept ** (draft_tokens + 1)) / (1 - kept))


def noisy_argmax(weights, rng):
    """The argmax of log weights with Gumbel noise is a draw in proportion to the weights."""
    if not (weights.max(axis=-1) > 0).all():
        raise ValueError("no word is possible")
    with np.errstate(divide="ignore"):
        return (np.log(weights) + rng.gumbel(size=weights.shape)).argmax(axis=-1)


def verify(drafted, draft, target, *, rng):
    if draft.shape[-1] != target.shape[-1]:
        raise ValueError("draft and target have different vocabularies")
    N, K = drafted.shape
    chosen = drafted[:, :, None]
    with np.errstate(invalid="ignore"):
        ratio = np.take_along_axis(target[:, :K], chosen, 2) - np.take_along_axis(draft, chosen, 2)
    with np.errstate(divide="ignore"):
        fails = np.log(rng.random((N, K))) >= ratio[:, :, 0]
    first = np.argmax(np.concatenate([fails, np.ones((N, 1), bool)], axis=1), axis=1)
    p = np.exp(np.take_along_axis(target, first[:, None, None], axis=1)[:, 0])
    q = np.exp(np.take_along_axis(draft, np.minimum(first, K - 1)[:, None, None], axis=1)[:, 0])
    rest = np.where(p > q, p - q, 0.0)
    use_all = (first == K) | ~rest.any(axis=1)
    return first, noisy_argmax(np.where(use_all[:, None], p, rest), rng)


def speculative_sample(target, draft, prefix, length, draft_tokens=4, *, end=None, rng):
    if draft_tokens < 1 or length < 0 or prefix.size == 0:
        raise ValueError("k ≥ 1, length ≥ 0 and a prefix")
    text = np.zeros(0, dtype=int)
    behind = {"target": prefix, "draft": prefix}
    states = {"target": target.initial_state(1), "draft": draft.initial_state(1)}
    while text.size < length and not (text == end).any():
        k = min(draft_tokens, length - text.size)
        words, tables, after = np.zeros(0, dtype=int), [], []
        state, tokens = states["draft"], behind["draft"]
        for _ in range(k):
            logs, state = draft.read_tokens(tokens[None], state)[-1]
            tokens = noisy_argmax(np.exp(logs), rng)
            words = np.append(words, tokens)
            tables.append(logs)
            after.append(state)
        read = target.read_tokens(np.append(behind["target"], words)[None], states["target"])
        read = read[len(read) - k - 1 :]
        stacked = np.array(tables).swapaxes(0, 1), np.array([logs for logs, _ in read])[:, 0][None]
        counts, extra = verify(words[None], *stacked, rng=rng)
        a = int(counts[0])
        text = np.concatenate([text, words[:a], extra])
        states = {"target": read[a][1], "draft": after[a] if a < k else after[-1]}
        behind = {"target": extra, "draft": extra if a < k else np.append(words[-1:], extra)}
    text = text[:length]
    stops = np.flatnonzero(text == end)
    return text[: stops[0] + 1] if stops.size else text


def without_dead_ends(steps):
    steps = np.array(steps)
    if steps.ndim != 2 or 0 in steps.shape or steps.dtype.kind not in "iu":
        raise ValueError("steps is no table of states")
    if steps.min() < -1 or steps.max() >= len(steps):
        raise ValueError("a state is out of range")
    leads = (steps[:, :, None] == np.arange(len(steps))).any(axis=1).astype(int)
    # a state is alive if a path of Q steps begins there
    paths = np.ones(len(steps), dtype=int)
    for _ in range(len(steps)):
        paths = np.minimum(leads @ paths, 1)
    if not paths[0]:
        raise ValueError("no endless text begins in state 0")
    return np.where((steps >= 0) & (paths[steps] > 0), steps, -1)


class Constrained(LanguageModel):
    def __init__(self, model, steps):
        super().__init__()
        self.model, self.steps = model, without_dead_ends(steps)

    def initial_state(self, batch_size):
        return self.model.initial_state(batch_size), np.zeros(batch_size, int)

    def next_log_probabilities(self, tokens, state):
        logs, inner = self.model.next_log_probabilities(tokens, state[0])
        if logs.shape[-1] != self.steps.shape[1]:
            raise ValueError(f"{logs.shape[-1]} words, but {self.steps.shape[1]} columns")
        q = np.where(state[1] < 0, -1, self.steps[state[1], tokens])
        weight = (self.steps[q] >= 0) & (q >= 0)[:, None]
        p = np.exp(logs) * weight
        total = p.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            return np.log(np.where(total > 0, p / np.where(total > 0, total, 1), 0)), (inner, q)
