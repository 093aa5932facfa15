"""`gradus lexicon`: synsets, hypernyms and similarity of words that people wrote down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import (
    BackendName,
    BlockOption,
    PluginOption,
    ProviderName,
    Submission,
)
from framework.commands.output import say

if TYPE_CHECKING:
    from framework.data.lexicon import Lexicon
    from framework.providers.backends import Backend

#: Part of speech -> its name, as in the program of lecture 1.
_POS = {"n": "noun", "v": "verb", "s": "adj (s)", "a": "adj", "r": "adv"}


def lexicon(
    word: Annotated[
        str,
        typer.Argument(metavar="WORD", help="A word, or a synset such as dog.n.01."),
    ],
    other: Annotated[
        str | None,
        typer.Argument(metavar="OTHER", help="A second word or synset: also show the similarity."),
    ] = None,
    wordnet: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of WordNet's database files, as /usr/share/wordnet of Debian's package "
            "wordnet-base. Default: the built-in lexicon of about 200 synsets.",
        ),
    ] = None,
    backend: BackendName = "numpy",
    provider: ProviderName = "",
    submission: Submission = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Show the synsets of WORD, its synonyms, and its hypernyms up to the most general synset.

    A synset is a set of words with a common meaning, and its hypernyms are more general synsets: a
    dog is a canine, a canine is a carnivore. There is a line for each synset of WORD. The synonyms
    are the words of all these synsets, by part of speech.

    With OTHER, the similarity is 1 / (1 + n), where n counts the steps on the shortest path
    through a common hypernym. It is 0 without such a path. Of all synsets of both words, the most
    similar ones are shown.

    The exercise `lexicon` computes synonyms, hypernyms and similarity: --provider student uses
    your code.
    """
    from framework.commands.setup import choose_backend, load_plugins, unfinished_parts
    from framework.data.lexicon import mini_lexicon
    from framework.data.lexicon.wordnet import read_wordnet

    computing = choose_backend(
        load_plugins(plugin, block), backend, provider, submission=submission
    )
    known = mini_lexicon() if wordnet is None else read_wordnet(wordnet)
    senses = _senses(known, word)
    others = [] if other is None else _senses(known, other)
    with unfinished_parts(computing):
        for line in _lines(known, word, senses, computing):
            say(line)
        if others:
            say(_similarity(known, senses, others, computing))


def _senses(known: Lexicon, word: str) -> list[str]:
    """Return the synsets of `word`, or `word` itself if it is a synset.

    Raises:
        UnknownNameError: the lexicon has no such word.
    """
    from framework.data.lexicon import index_key
    from framework.errors import UnknownNameError

    if word in known["synsets"]:
        return [word]
    if (key := index_key(word)) not in known["index"]:
        raise UnknownNameError("word of the lexicon", word, known["index"])
    return known["index"][key]


def _lines(known: Lexicon, word: str, senses: list[str], computing: Backend) -> Iterator[str]:
    """Yield the synsets, the synonyms, and the hypernyms of the first synset that has some."""
    synsets = known["synsets"]
    for sense in senses:
        yield f"{_POS[synsets[sense]['pos']]}: {', '.join(synsets[sense]['words'])}"
    if word not in synsets:
        yield ""
        for pos, words in computing.function("synonyms")(known, word).items():
            yield f"synonyms, {_POS[pos]}: {', '.join(words) or 'none'}"
    general = [sense for sense in senses if synsets[sense]["hypernyms"]]
    for sense in general[:1]:
        yield ""
        closure = computing.function("hypernym_closure")(known, sense)
        yield f"hypernyms of {sense}: {', '.join(closure)}"
    if general[1:]:
        yield f"Other synsets with hypernyms: {', '.join(general[1:])}"


def _similarity(known: Lexicon, senses: list[str], others: list[str], computing: Backend) -> str:
    """Return the highest similarity of a synset of each word, and these synsets."""
    similar = computing.function("path_similarity")
    value, a, b = max(
        ((similar(known, a, b), a, b) for a, b in product(senses, others)),
        key=lambda scored: scored[0],
    )
    return f"\nsimilarity {value:.4f} of {a} and {b}"
