"""Words in a lexicon, level by level: no arrays are involved.

Source: CS224n lecture 1, sections 1.3 and 1.4.
"""

from __future__ import annotations

from framework.data.lexicon import Lexicon, index_key


def synonyms(lexicon: Lexicon, word: str) -> dict[str, list[str]]:
    """Return the other words of the synsets of `word`, by part of speech, each once."""
    senses = [lexicon["synsets"][sense] for sense in lexicon["index"].get(index_key(word), ())]
    return {
        pos: list(
            dict.fromkeys(
                other
                for synset in senses
                if synset["pos"] == pos
                for other in synset["words"]
                if index_key(other) != index_key(word)
            )
        )
        for pos in dict.fromkeys(synset["pos"] for synset in senses)
    }


def hypernym_closure(lexicon: Lexicon, synset: str) -> list[str]:
    """Return all hypernyms of `synset`, the nearest first.

    Raises:
        KeyError: the lexicon has no such synset.
    """
    return list(_distances(lexicon, synset))[1:]


def path_similarity(lexicon: Lexicon, a: str, b: str) -> float:
    """Return 1 / (1 + length of the shortest path between `a` and `b`); 0.0 without a path.

    Raises:
        KeyError: the lexicon has no such synset.
    """
    of_a, of_b = _distances(lexicon, a), _distances(lexicon, b)
    lengths = [steps + of_b[shared] for shared, steps in of_a.items() if shared in of_b]
    return 1.0 / (1 + min(lengths)) if lengths else 0.0


def _distances(lexicon: Lexicon, synset: str) -> dict[str, int]:
    """Return the steps from `synset` up to itself and all its hypernyms, breadth first."""
    distances: dict[str, int] = {}
    level, steps = [synset], 0
    while level:
        distances |= dict.fromkeys(level, steps)
        above = [name for below in level for name in lexicon["synsets"][below]["hypernyms"]]
        level = [name for name in dict.fromkeys(above) if name not in distances]
        steps += 1
    return distances
