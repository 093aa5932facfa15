"""PyTorch: gather, cumprod, multinomial and masked_fill."""

import torch

from framework.interfaces import LanguageModel


def check(k, *tables):
    if k < 1 or len({table.shape[-1] for table in tables}) > 1:
        raise ValueError("k is at least 1, for one vocabulary")


def expected_tokens(target, draft, draft_tokens):
    check(draft_tokens, target, draft)
    kept = torch.minimum(target.exp(), draft.exp()).sum()
    return float((kept ** torch.arange(draft_tokens + 1)).sum())


def drawn(weights, rng):
    if not bool((weights.sum(-1) > 0).all()):
        raise ValueError("no word can be drawn")
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    return torch.multinomial(weights, 1, generator=generator)[:, 0]


def verify(drafted, draft, target, *, rng):
    check(1, draft, target)
    N, K = drafted.shape
    p, q = target.exp(), draft.exp()
    of_p, of_q = (x[:, :K].gather(2, drafted[:, :, None])[:, :, 0] for x in (p, q))
    uniform = torch.from_numpy(rng.random((N, K)))
    accepted = (uniform * of_q < of_p).long().cumprod(1).sum(1)
    q = torch.cat([q, torch.zeros_like(p[:, :1])], 1)
    place = accepted[:, None, None].expand(-1, -1, p.shape[2])
    p, q = p.gather(1, place)[:, 0], q.gather(1, place)[:, 0]
    rest = torch.relu(p - q)
    return accepted, drawn(torch.where(rest.sum(1, keepdim=True) > 0, rest, p), rng)


def speculative_sample(target, draft, prefix, length, draft_tokens=4, *, end=None, rng):
    check(draft_tokens)
    if length < 0 or prefix.numel() == 0:
        raise ValueError("length ≥ 0 and a prefix are needed")
    text, states = [], [target.initial_state(1), draft.initial_state(1)]
    unread = [prefix[None].long(), prefix[None].long()]
    while len(text) < length and end not in text:
        words, logs, after = [], [], []
        tokens, state = unread[1], states[1]
        for _ in range(min(draft_tokens, length - len(text))):
            log_q, state = draft.read_tokens(tokens, state)[-1]
            logs.append(log_q)
            after.append(state)
            tokens = drawn(log_q.exp(), rng)[:, None]
            words.append(tokens)
        k, words = len(words), torch.cat(words, 1)
        results = target.read_tokens(torch.cat([unread[0], words], 1), states[0])[-k - 1 :]
        log_p = torch.stack([answer for answer, _ in results], 1)
        accepted, extra = verify(words, torch.stack(logs, 1), log_p, rng=rng)
        a = int(accepted[0])
        text += [*words[0, :a].tolist(), int(extra[0])]
        states = [results[a][1], after[min(a, k - 1)]]
        unread = [extra[:, None], torch.cat([words[:, k - 1 : a], extra[:, None]], 1)]
    text = text[:length]
    return torch.tensor(text[: text.index(end) + 1] if end in text else text, dtype=torch.long)


def without_dead_ends(steps):
    if steps.ndim != 2 or not steps.numel() or steps.is_floating_point():
        raise ValueError("steps is no table of states")
    if int(steps.min()) < -1 or int(steps.max()) >= len(steps):
        raise ValueError("a state is out of range")
    steps = steps.clone().long()
    for _ in range(len(steps)):
        dead = (steps < 0).all(1)
        steps = steps.masked_fill(dead[steps.clamp(min=0)] & (steps >= 0), -1)
    if bool((steps[0] < 0).all()):
        raise ValueError("no endless text")
    return steps


class Constrained(LanguageModel):
    def __init__(self, model, steps):
        super().__init__()
        steps = without_dead_ends(steps)
        self.model, self.steps = model, torch.cat([steps, torch.full_like(steps[:1], -1)])

    def initial_state(self, batch_size):
        return self.model.initial_state(batch_size), torch.zeros(batch_size, dtype=torch.long)

    def next_log_probabilities(self, tokens, state):
        logs, inner = self.model.next_log_probabilities(tokens, state[0])
        check(1, logs, self.steps)
        q = self.steps[state[1], tokens]
        masked = logs.masked_fill(self.steps[q] < 0, -torch.inf)
        total = masked.logsumexp(1, keepdim=True)
        return masked - total.masked_fill(total == -torch.inf, 0), (inner, q)
