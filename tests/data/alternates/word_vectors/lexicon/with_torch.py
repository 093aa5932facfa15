"""PyTorch: steps up relaxed along all hypernyms at once, until nothing becomes shorter."""

import torch


def synonyms(lexicon, word):
    word = word.lower().replace(" ", "_")
    found = {}
    for sense in lexicon["index"].get(word, []):
        synset = lexicon["synsets"][sense]
        for other in synset["words"]:
            found.setdefault(synset["pos"], {})[other] = None
    return {pos: [o for o in others if o.lower() != word] for pos, others in found.items()}


def hypernym_closure(lexicon, synset):
    waiting, closure = [synset], {}
    while waiting:
        below = waiting.pop(0)
        new = [
            s for s in lexicon["synsets"][below]["hypernyms"] if s not in closure and s != synset
        ]
        closure.update(dict.fromkeys(new))
        waiting.extend(new)
    return list(closure)


def steps_up(lexicon, start):
    rows = {synset: row for row, synset in enumerate(lexicon["synsets"])}
    links = [(rows[s], rows[h]) for s in rows for h in lexicon["synsets"][s]["hypernyms"]]
    below, above = torch.tensor(links, dtype=torch.long).reshape(-1, 2).T
    steps = torch.full((len(rows),), torch.inf, dtype=torch.float64)
    steps[rows[start]] = 0
    while True:
        shorter = steps.scatter_reduce(0, above, steps[below] + 1, "amin")
        if torch.equal(shorter, steps):
            return steps
        steps = shorter


def path_similarity(lexicon, a, b):
    return float(1 / (1 + (steps_up(lexicon, a) + steps_up(lexicon, b)).min()))
