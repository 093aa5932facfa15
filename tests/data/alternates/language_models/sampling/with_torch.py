"""PyTorch: topk, masked_fill and Gumbel noise."""

import torch


def truncate(scores, top_k=None, top_p=None):
    if (top_k is not None and top_k < 1) or (top_p is not None and not 0 < top_p <= 1):
        raise ValueError("no such cut")
    order = torch.argsort(scores, dim=1, descending=True, stable=True)
    p = torch.softmax(scores, dim=1).gather(1, order)
    if top_k is not None:
        p = p * (torch.arange(p.shape[1]) < top_k)
        p = p / p.sum(1, keepdim=True)
    if top_p is not None:
        p = p * (torch.cumsum(p, 1) - p < top_p)
        p = p / p.sum(1, keepdim=True)
    return torch.log(torch.zeros_like(p).scatter(1, order, p))


def begin(model, prefix):
    if prefix.numel() == 0:
        raise ValueError("an empty prefix")
    state = model.initial_state(prefix.shape[0])
    for column in prefix.unbind(1):
        logs, state = model.next_log_probabilities(column, state)
    return logs, state


def sample(model, prefix, length, temperature=1.0, *, top_k=None, top_p=None, rng):
    if temperature <= 0 or length < 0:
        raise ValueError("no such setting")

    def draw(logs):
        logs = truncate(logs / temperature, top_k, top_p)
        return torch.argmax(logs + torch.from_numpy(rng.gumbel(size=tuple(logs.shape))), 1)

    return go_on(model, prefix, length, draw)


def greedy(model, prefix, length):
    if length < 0:
        raise ValueError("no such length")
    return go_on(model, prefix, length, lambda logs: torch.argmax(logs, 1))


def go_on(model, prefix, length, choose):
    logs, state = begin(model, prefix)
    columns = [prefix.new_empty(len(prefix), 0)]
    for _ in range(length):
        words = choose(logs)
        columns.append(words[:, None])
        logs, state = model.next_log_probabilities(words, state)
    return torch.cat(columns, 1)


def kept(state, rows):
    """The state of these texts alone, be it one tensor or several."""
    if isinstance(state, tuple):
        return tuple(kept(part, rows) for part in state)
    return state if state is None else state[rows]


def beam_search(model, prefix, length, beam_size, *, end=None):
    if length < 0 or beam_size < 1:
        raise ValueError("no such setting")
    logs, state = begin(model, prefix.reshape(1, -1))
    beam, scores, done = torch.empty(1, 0, dtype=torch.long), torch.zeros(1, dtype=logs.dtype), []
    for t in range(length):
        if t:
            logs, state = model.next_log_probabilities(beam[:, -1], state)
        totals = scores[:, None] + logs
        scores, places = totals.flatten().topk(min(beam_size, totals.numel()))
        rows = torch.div(places, totals.shape[1], rounding_mode="floor")
        beam = torch.cat([beam[rows], (places % totals.shape[1])[:, None]], 1)
        over = beam[:, -1] == (-1 if end is None else end)
        done += list(zip(scores[over].tolist(), beam[over], strict=True))
        beam, scores, state = beam[~over], scores[~over], kept(state, rows[~over])
        if not len(beam) or scores[0].item() <= max((score for score, _ in done), default=-1e300):
            break
    candidates = done + list(zip(scores.tolist(), beam, strict=True))
    score, text = max(candidates, key=lambda one: one[0])
    return text, score
