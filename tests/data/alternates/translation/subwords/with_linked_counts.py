"""Counts are kept between merges; encode applies every merge in order."""

from collections import defaultdict


def merge_pair(ids, pair, new):
    out = []
    for token in ids:
        out.append(token)
        if len(out) > 1 and out[-2] == pair[0] and out[-1] == pair[1] and out[-2] is not None:
            out[-2:] = [None, new]
    return [token for token in out if token is not None]


def learn_merges(words, count):
    if count < 0:
        raise ValueError("count")
    for times in words.values():
        if times <= 0:
            raise ValueError("times")
    state = {word: [*word] for word in words}
    pairs = defaultdict(int)

    def add(word, sign):
        ids = state[word]
        for t in range(1, len(ids)):
            pairs[ids[t - 1], ids[t]] += sign * words[word]

    for word in words:
        add(word, 1)
    result = []
    for new in range(256, 256 + count):
        top = max(pairs.values(), default=0)
        if top == 0:
            break
        best = sorted(pair for pair in pairs if pairs[pair] == top)[0]
        for word, ids in state.items():
            if any(ids[t : t + 2] == [*best] for t in range(len(ids))):
                add(word, -1)
                state[word] = merge_pair(ids, best, new)
                add(word, 1)
        result.append(best)
    return result


def encode(words, merges):
    result = []
    for word in words:
        ids = [*word]
        for place, pair in enumerate(merges):
            ids = merge_pair(ids, pair, 256 + place)
        result.append(ids)
    return result


def decode(ids, merges):
    def spell(token):
        if token < 256:
            return bytes((token,))
        left, right = merges[token - 256]
        return spell(left) + spell(right)

    if any(token < 0 or token >= 256 + len(merges) for token in ids):
        raise ValueError("token")
    return b"".join(map(spell, ids))
