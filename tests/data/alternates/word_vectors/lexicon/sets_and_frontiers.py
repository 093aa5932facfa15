"""Plain loops over lists, with sets of what was seen."""


def index_key(word):
    return word.lower().replace(" ", "_")


def synonyms(lexicon, word):
    wanted, found = index_key(word), {}
    if wanted not in lexicon["index"]:
        return found
    for identifier in lexicon["index"][wanted]:
        synset = lexicon["synsets"][identifier]
        if synset["pos"] not in found:
            found[synset["pos"]] = []
        for candidate in synset["words"]:
            known = candidate in found[synset["pos"]]
            if index_key(candidate) != wanted and not known:
                found[synset["pos"]] += [candidate]
    return found


def hypernym_closure(lexicon, synset):
    result, seen = [], {synset}
    todo = [*lexicon["synsets"][synset]["hypernyms"]]
    for above in todo:
        if above in seen:
            continue
        seen.add(above)
        result.append(above)
        todo.extend(lexicon["synsets"][above]["hypernyms"])
    return result


def _steps(lexicon, synset):
    steps, frontier, count = {}, {synset}, 0
    lexicon["synsets"][synset]
    while frontier:
        steps.update(dict.fromkeys(frontier, count))
        count += 1
        frontier = {h for s in frontier for h in lexicon["synsets"][s]["hypernyms"]} - set(steps)
    return steps


def path_similarity(lexicon, a, b):
    one, other = _steps(lexicon, a), _steps(lexicon, b)
    best = None
    for synset in set(one) & set(other):
        total = one[synset] + other[synset]
        best = total if best is None else min(best, total)
    return 0.0 if best is None else 1.0 / (1.0 + best)
