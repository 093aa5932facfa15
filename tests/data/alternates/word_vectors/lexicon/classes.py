"""A private class walks up the graph; prints and tests under ``__main__``."""

from __future__ import annotations

from collections import OrderedDict, deque

print("lexicon")


def index_key(word):
    return word.lower().replace(" ", "_")


class _Graph:
    def __init__(self, lexicon):
        self.synsets = lexicon["synsets"]

    def distances(self, start):
        self.synsets[start]
        found, queue = {start: 0}, deque([start])
        while queue:
            here = queue.popleft()
            for above in self.synsets[here]["hypernyms"]:
                if above not in found:
                    found[above] = found[here] + 1
                    queue.append(above)
        return found


def synonyms(lexicon, word):
    key = index_key(word)
    result = OrderedDict()
    for sense in lexicon["index"].get(key, []):
        synset = lexicon["synsets"][sense]
        words = result.setdefault(synset["pos"], [])
        words.extend(w for w in synset["words"] if index_key(w) != key and w not in words)
    return result


def hypernym_closure(lexicon, synset):
    _, *closure = _Graph(lexicon).distances(synset)
    return closure


def path_similarity(lexicon, a, b):
    graph = _Graph(lexicon)
    up_a, up_b = graph.distances(a), graph.distances(b)
    sums = [up_a[c] + up_b[c] for c in up_a.keys() & up_b.keys()]
    return 1 / (1 + min(sums)) if sums else 0.0


if __name__ == "__main__":
    from framework.data.lexicon import mini_lexicon

    assert path_similarity(mini_lexicon(), "hotel.n.01", "motel.n.01") == 0.5
