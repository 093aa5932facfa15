"""Words are torch tensors while merges are learned; results are lists."""

import itertools

import torch


def merge_pair(ids, pair, new):
    tokens = torch.tensor(list(ids), dtype=torch.int64)
    starts, t = torch.zeros(len(tokens), dtype=torch.bool), 0
    while t + 1 < len(tokens):
        starts[t] = bool(tokens[t] == pair[0]) and bool(tokens[t + 1] == pair[1])
        t += 1 + int(starts[t])
    tokens[starts] = new
    keep = torch.ones(len(tokens), dtype=torch.bool)
    keep[1:] = ~starts[:-1]
    return tokens[keep].tolist()


def learn_merges(words, count):
    if count < 0 or any(times <= 0 for times in words.values()):
        raise ValueError("numbers out of range")
    texts, merges = [list(word) for word in words], []
    for k in range(count):
        rows = [
            torch.tensor([[a, b, times] for a, b in itertools.pairwise(ids)])
            for ids, times in zip(texts, words.values(), strict=True)
            if len(ids) > 1
        ]
        if not rows:
            break
        rows = torch.cat(rows)
        pairs, place = rows[:, :2].unique(dim=0, return_inverse=True)
        sums = torch.zeros(len(pairs), dtype=torch.int64).index_add_(0, place, rows[:, 2])
        best = tuple(pairs[sums == sums.max()][0].tolist())  # unique sorts the rows
        texts = [merge_pair(ids, best, 256 + k) if best[0] in ids else ids for ids in texts]
        merges.append(best)
    return merges


def encode(words, merges):
    order = {tuple(pair): k for k, pair in enumerate(merges)}
    found = []
    for word in words:
        ids = list(word)
        while True:
            known = [(order[p], p) for p in itertools.pairwise(ids) if p in order]
            if not known:
                break
            k, pair = min(known)
            ids = merge_pair(ids, pair, 256 + k)
        found.append(ids)
    return found


def decode(ids, merges):
    table = {value: [value] for value in range(256)}
    for k, (left, right) in enumerate(merges):
        table[256 + k] = table[left] + table[right]
    try:
        return bytes(value for token in ids for value in table[token])
    except KeyError as error:
        raise ValueError(f"unknown token {error}") from error
