"""Level by level, with comprehensions; similarities by growing two balls until they touch."""

from itertools import chain


def write(word):
    return "_".join(word.casefold().split(" "))


def synonyms(lexicon, word):
    senses = [lexicon["synsets"][sense] for sense in lexicon["index"].get(write(word), ())]
    return {
        pos: list(
            dict.fromkeys(
                other
                for synset in senses
                if synset["pos"] == pos
                for other in synset["words"]
                if write(other) != write(word)
            )
        )
        for pos in {synset["pos"] for synset in senses}
    }


def levels(lexicon, synset):
    seen, level = set(), [synset]
    while level:
        yield level
        seen.update(level)
        above = chain.from_iterable(lexicon["synsets"][s]["hypernyms"] for s in level)
        level = [s for s in dict.fromkeys(above) if s not in seen]


def hypernym_closure(lexicon, synset):
    return list(chain.from_iterable(levels(lexicon, synset)))[1:]


def path_similarity(lexicon, a, b):
    from_a, from_b = (list(map(set, levels(lexicon, synset))) for synset in (a, b))
    for length in range(len(from_a) + len(from_b)):
        for i in range(max(0, length - len(from_b) + 1), min(length + 1, len(from_a))):
            if from_a[i] & from_b[length - i]:
                return 1.0 / (1 + length)
    return 0.0
