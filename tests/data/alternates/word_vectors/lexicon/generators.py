"""Levels come from a generator; the closure is returned as a tuple."""

import itertools
import math


def index_key(word):
    return word.lower().replace(" ", "_")


def _levels(lexicon, synset):
    seen = dict.fromkeys([synset])
    level = [synset]
    while level:
        yield level
        above = itertools.chain.from_iterable(lexicon["synsets"][s]["hypernyms"] for s in level)
        level = [s for s in dict.fromkeys(above) if s not in seen]
        seen.update(dict.fromkeys(level))


def synonyms(lexicon, word):
    key = index_key(word)
    senses = [lexicon["synsets"][i] for i in lexicon["index"].get(key, ())]
    return {
        pos: list(
            dict.fromkeys(
                other
                for sense in senses
                if sense["pos"] == pos
                for other in sense["words"]
                if index_key(other) != key
            )
        )
        for pos in dict.fromkeys(sense["pos"] for sense in senses)
    }


def hypernym_closure(lexicon, synset):
    levels = _levels(lexicon, synset)
    next(levels)
    return tuple(itertools.chain(*levels, lexicon["synsets"][synset]["hypernyms"][:0]))


def path_similarity(lexicon, a, b):
    up_a = {s: steps for steps, level in enumerate(_levels(lexicon, a)) for s in level}
    up_b = {s: steps for steps, level in enumerate(_levels(lexicon, b)) for s in level}
    shortest = min((up_a[c] + up_b.get(c, math.inf) for c in up_a), default=math.inf)
    return 1 / (1 + shortest)
