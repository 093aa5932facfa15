"""Lexicons of synsets and hypernyms as plain dicts, and the small built-in one.

Source: CS224n lecture 1, sections 1.3 and 1.4; Fellbaum (ed.), *WordNet: An Electronic Lexical
Database* (1998).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypedDict

from framework.data.lexicon.entries import (
    FILE_POS,
    HYPERNYM,
    INSTANCE_HYPERNYM,
    SynsetEntry,
    mini_entries,
)


class Synset(TypedDict):
    """Words with a common meaning.

    `pos` is n (noun), v (verb), a (adjective), s (adjective satellite) or r (adverb); `words` are
    written with ``_`` for a blank; `hypernyms` are the ids of the synsets of which this one is a
    kind, or an instance, in alphabetical order.
    """

    pos: str
    words: list[str]
    hypernyms: list[str]


class Lexicon(TypedDict):
    """`synsets` by their ids (``dog.n.01``), and `index`: word in lower case -> ids of its senses.

    The ids of a word are ordered by part of speech (n, v, a with s, r), then by sense number.
    """

    synsets: dict[str, Synset]
    index: dict[str, list[str]]


def mini_lexicon() -> Lexicon:
    """About 200 synsets, with *good* and *panda* as in the lecture; it needs no other package."""
    return lexicon_of(mini_entries())


def lexicon_of(entries: Iterable[SynsetEntry]) -> Lexicon:
    """Return the plain form of `entries`, whose order is that of the senses."""
    synsets: dict[str, Synset] = {}
    senses: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for entry in entries:
        hypernyms = sorted(entry.pointed(HYPERNYM, INSTANCE_HYPERNYM))
        synsets[entry.id] = Synset(pos=entry.pos, words=[*entry.words], hypernyms=hypernyms)
        rank = list(FILE_POS).index(FILE_POS[entry.pos])
        for word in entry.words:
            senses[word.lower()].append((rank, entry.id))
    index = {
        word: [id for _, id in sorted(of_word, key=lambda sense: sense[0])]  # a stable sort
        for word, of_word in senses.items()
    }
    return Lexicon(synsets=synsets, index=index)


def index_key(word: str) -> str:
    """Return `word` as the index of a lexicon writes it: in lower case, with ``_`` for blanks."""
    return "_".join(word.lower().split(" "))
