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
    # TODO: each sense has a part of speech and a list of words
    raise NotImplementedError


def hypernym_closure(lexicon: Lexicon, synset: str) -> list[str]:
    """Return the hypernyms of `synset`, their hypernyms, and so on, in breadth-first order.

    At equal distance, the hypernyms of an earlier synset come first, in the order of its list. Each
    is listed once, `synset` itself never, also in a cycle.

    Args:
        lexicon: see the README. Not modified.
        synset: an id such as ``"giant_panda.n.01"``.

    Raises: KeyError if the lexicon has no such synset.
    """
    # TODO: a queue of synsets whose hypernyms are not read yet
    raise NotImplementedError


def path_similarity(lexicon: Lexicon, a: str, b: str) -> float:
    """Return 1 / (1 + length of the shortest path up from both synsets to a common one).

    Args:
        lexicon: see the README. Not modified.
        a, b: ids of synsets.

    Raises: KeyError if the lexicon has no such synset.
    """
    # TODO: count the steps up from a and from b; take the common synset of least sum
    raise NotImplementedError


def index_key(word: str) -> str:
    """Given: return `word` as the index spells it."""
    return word.lower().replace(" ", "_")
