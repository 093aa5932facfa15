"""Synonyms, hypernyms and path similarities in a lexicon (CS224n lecture 1, sections 1.3, 1.4)."""

from __future__ import annotations

from framework.data.lexicon import Lexicon


def synonyms(lexicon: Lexicon, word: str) -> dict[str, list[str]]:
    """Return the words that share a synset with `word`, by part of speech.

    Args:
        lexicon: see the README. Not modified.
        word: upper and lower case are the same, and so are a space and ``_``.

    Returns: part of speech -> the other words of the synsets of `word`, each once, spelled as in
        the synset and in the order of the senses. An unknown word gives an empty dict.
    """
    # BEGIN SOLUTION: each sense has a part of speech and a list of words
    key = index_key(word)
    by_pos: dict[str, list[str]] = {}
    for sense in lexicon["index"].get(key, []):
        synset = lexicon["synsets"][sense]
        others = by_pos.setdefault(synset["pos"], [])
        for other in synset["words"]:
            if index_key(other) != key and other not in others:
                others.append(other)
    return by_pos
    # END SOLUTION


def hypernym_closure(lexicon: Lexicon, synset: str) -> list[str]:
    """Return the hypernyms of `synset`, their hypernyms, and so on, in breadth-first order.

    At equal distance, the hypernyms of an earlier synset come first, in the order of its list. Each
    is listed once, `synset` itself never, also in a cycle.

    Args:
        lexicon: see the README. Not modified.
        synset: an id such as ``"giant_panda.n.01"``.

    Raises: KeyError if the lexicon has no such synset.
    """
    # BEGIN SOLUTION: a queue of synsets whose hypernyms are not read yet
    seen, queue = {synset}, [synset]
    for below in queue:  # the queue grows in the loop
        for hypernym in lexicon["synsets"][below]["hypernyms"]:
            if hypernym not in seen:
                seen.add(hypernym)
                queue.append(hypernym)
    return queue[1:]
    # END SOLUTION


def path_similarity(lexicon: Lexicon, a: str, b: str) -> float:
    """Return 1 / (1 + length of the shortest path up from both synsets to a common one).

    Args:
        lexicon: see the README. Not modified.
        a, b: ids of synsets.

    Raises: KeyError if the lexicon has no such synset.
    """
    # BEGIN SOLUTION: count the steps up from a and from b; take the common synset of least sum
    up_a, up_b = _steps_up(lexicon, a), _steps_up(lexicon, b)
    paths = [up_a[c] + up_b[c] for c in up_a.keys() & up_b.keys()]
    return 1 / (1 + min(paths)) if paths else 0.0
    # END SOLUTION


def index_key(word: str) -> str:
    """Given: return `word` as the index spells it."""
    return word.lower().replace(" ", "_")


# BEGIN SOLUTION
def _steps_up(lexicon: Lexicon, synset: str) -> dict[str, int]:
    """Return the least number of steps from `synset` to itself and to each of its closure."""
    steps, queue = {synset: 0}, [synset]
    for below in queue:  # the queue grows in the loop
        for hypernym in lexicon["synsets"][below]["hypernyms"]:
            if hypernym not in steps:
                steps[hypernym] = steps[below] + 1
                queue.append(hypernym)
    return steps


# END SOLUTION
