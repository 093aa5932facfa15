"""All synsets at once: steps up as powers of a matrix of hypernyms."""

import numpy as np


def synonyms(lexicon, word):
    word = word.lower().replace(" ", "_")
    found = {}
    for sense in lexicon["index"].get(word) or []:
        words, pos = lexicon["synsets"][sense]["words"], lexicon["synsets"][sense]["pos"]
        others = [other for other in words if other.lower() != word]
        found[pos] = list(dict.fromkeys(found.get(pos, []) + others))
    return found


def hypernym_closure(lexicon, synset):
    closure, done = [synset], 0
    while done < len(closure):
        for above in lexicon["synsets"][closure[done]]["hypernyms"]:
            if above not in closure:
                closure.append(above)
        done += 1
    closure.remove(synset)
    return closure


def steps_up(lexicon):
    rows = {synset: i for i, synset in enumerate(lexicon["synsets"])}
    above = np.zeros((len(rows), len(rows)))
    for synset, row in rows.items():
        above[row, [rows[h] for h in lexicon["synsets"][synset]["hypernyms"]]] = 1
    steps = np.where(np.eye(len(rows)) > 0, 0.0, np.inf)
    reached = np.eye(len(rows))
    for length in range(1, len(rows)):
        reached = np.minimum(reached @ above, 1)
        if not reached.any():
            break
        steps = np.minimum(steps, np.where(reached > 0, length, np.inf))
    return rows, steps


def path_similarity(lexicon, a, b):
    rows, steps = steps_up(lexicon)
    return float(1 / (1 + np.min(steps[rows[a]] + steps[rows[b]])))
