"""Words in a lexicon: synonyms, what a thing is a kind of, and how near two meanings are.

A lexicon is a dict with two parts (`framework.data.lexicon`):

    lexicon["synsets"]["dog.n.01"] = {
        "pos": "n",
        "words": ["dog", "domestic_dog"],
        "hypernyms": ["canine.n.01", "domestic_animal.n.01"],
    }
    lexicon["index"]["dog"] = ["dog.n.01"]

Source: CS224n lecture 1, sections 1.3 and 1.4.
"""

from __future__ import annotations

from framework.data.lexicon import Lexicon


def synonyms(lexicon: Lexicon, word: str) -> dict[str, list[str]]:
    """The words that share a synset with `word`, by part of speech.

    Args:
        lexicon: see above; it stays as it is.
        word: capitals do not matter, and a blank is the same as ``_``.

    Returns:
        for every part of speech (n, v, a, s, r) in which the lexicon has `word`: the other words
        of its synsets, as they are written there, sense by sense and each once; an empty list
        where it has no synonyms. An unknown word gives an empty dict.
    """
    # TODO: each sense of the word says its part of speech, and which words share it
    raise NotImplementedError


def hypernym_closure(lexicon: Lexicon, synset: str) -> list[str]:
    """All that `synset` is a kind of: its hypernyms, theirs, and so on, breadth first.

    The nearest come first; of those that are equally near, the hypernyms of the synset that came
    first, in the order of its list. Each comes once, `synset` itself never, also where hypernyms
    lead around in a circle.

    Args:
        lexicon: see above; it stays as it is.
        synset: an id, as ``"panda.n.01"``.

    Raises:
        KeyError: the lexicon has no such synset.
    """
    # TODO: a queue of synsets whose hypernyms are still to be looked at
    raise NotImplementedError


def path_similarity(lexicon: Lexicon, a: str, b: str) -> float:
    """How near two synsets are: 1 / (1 + length of the shortest path between them).

        sim(a, b) = 1 / (1 + min_c (up(a, c) + up(b, c)))

    up(a, c) is the number of steps from a up to c, each to a hypernym, 0 if c is a. A path goes up
    from both: c runs over what a and b both are, or are a kind of.

    Args:
        lexicon: see above; it stays as it is.
        a: an id.
        b: an id.

    Returns:
        1.0 for a = b; 0.0 if there is no such c, as for most pairs of verbs.

    Raises:
        KeyError: the lexicon has no such synset.
    """
    # TODO: count the steps up from a and from b, then look for the best place to meet
    raise NotImplementedError


def index_key(word: str) -> str:
    """Given: `word` as the index writes it."""
    return word.lower().replace(" ", "_")
