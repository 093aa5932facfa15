"""Corpora by name, or from a text file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framework.data.text_file import Sentences, read_sentences, split, token_ids
from framework.data.vocabulary import EOS, Ids, Vocabulary
from framework.errors import (
    BadInputError,
    ConflictError,
    PluginError,
    UnknownNameError,
    UsageError,
)
from framework.providers.plugins import load_target

#: Corpora that ship with gradus: name -> ``module:function``.
BUILT_IN = {"agreement": "framework.languages.agreement:corpus"}


@dataclass(frozen=True)
class Corpus:
    """A text to learn from and one to be measured on.

    Attributes:
        name: what `load_corpus` knows it by.
        train: ids `(M,)`. The first one, an end of sentence, is only ever read, never predicted.
        valid: held-out ids `(L,)`, in the same form.
        vocabulary: the words behind the ids.
        best_perplexity: exp of the entropy rate where it is known.
        held_out: the file that `valid` comes from; None where it is a part of the corpus.
    """

    name: str
    train: Ids
    valid: Ids
    vocabulary: Vocabulary
    best_perplexity: float | None = None
    held_out: str | None = None


def load_corpus(
    name: str,
    offered: Mapping[str, str] | None = None,
    *,
    maximum_size: int = 10_000,
    minimum_count: int = 2,
    held_out: Path | None = None,
) -> Corpus:
    """The corpus `name`, or the text file at the path `name`.

    A text file has one sentence per line, its words separated by blanks; every line gets an end of
    sentence. The last tenth of the lines is held out. Words that the other lines have only once
    become ``<unk>``, so that the model learns what to expect of an unknown word.

    Names that a plugin or gradus itself offers come with a held-out text of their own.

    Args:
        name: a name, or a path.
        offered: corpora of plugins, from the hook `register_corpora`.
        maximum_size: at most so many words of a text file are told apart.
        minimum_count: words that a text file has less often become ``<unk>``.
        held_out: a text file to measure on; then all lines of `name` are there to learn from.

    Raises:
        UnknownNameError: neither a corpus nor a file.
        UsageError: `held_out` is given for a corpus that is no text file.
        BadInputError: the file is missing, empty, no text, or too short.
        ConflictError: a plugin offers a corpus under a built-in name.
        PluginError: the corpus of a plugin cannot be loaded.
    """
    target = _target(name, offered or {})
    if not target:
        return _from_file(name, held_out, maximum_size, minimum_count)
    if held_out is not None:
        raise UsageError(
            f"the corpus '{name}' has a held-out text of its own: leave out {held_out}"
        )
    return _generate(name, target)


def load_sentences(name: str, offered: Mapping[str, str] | None = None) -> Sentences:
    """The sentences to learn from of the corpus `name`, or all lines of the file at that path.

    Args:
        name: a name, or a path.
        offered: corpora of plugins, from the hook `register_corpora`.

    Raises:
        UnknownNameError, BadInputError, ConflictError, PluginError: as `load_corpus`.
    """
    target = _target(name, offered or {})
    if not target:
        return read_sentences(Path(name))
    corpus = _generate(name, target)
    ended = np.split(corpus.train, np.flatnonzero(corpus.train == EOS) + 1)
    sentences = [corpus.vocabulary.decode(ids[ids != EOS]) for ids in ended]
    return [sentence for sentence in sentences if sentence]


def load_text(path: str, vocabulary: Vocabulary) -> Ids:
    """A whole text file in the words of `vocabulary`: ids `(M,)` in the form of `Corpus.valid`.

    Raises:
        BadInputError: the file is missing, empty or no text.
    """
    return token_ids(read_sentences(Path(path)), vocabulary)


def _target(name: str, offered: Mapping[str, str]) -> str | None:
    """Where the corpus `name` comes from; None for a text file."""
    targets = _targets(offered)
    if name in targets:
        return targets[name]
    if Path(name).exists() or _looks_like_a_path(name):
        return None
    raise UnknownNameError("corpus or text file", name, targets)


def _targets(offered: Mapping[str, str]) -> dict[str, str]:
    for name in sorted(set(BUILT_IN) & set(offered)):
        raise ConflictError(
            f"a plugin offers the corpus '{name}' ({offered[name]}), which is the name of a "
            "built-in one. Block the plugin with `--block NAME`"
        )
    return {**BUILT_IN, **offered}


def generate(name: str, target: str) -> Any:
    """What the function `target` returns, for the corpus `name`.

    Raises:
        PluginError: it cannot be loaded, or does not return.
    """
    try:
        return load_target(target)()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise PluginError(f"corpus '{name}' cannot be loaded from {target}: {reason}") from error


def _generate(name: str, target: str) -> Corpus:
    corpus = generate(name, target)
    if not isinstance(corpus, Corpus):
        raise PluginError(f"corpus '{name}': {target} returned a {type(corpus).__name__}")
    return corpus


def _looks_like_a_path(name: str) -> bool:
    return "/" in name or "\\" in name or bool(Path(name).suffix)


def _from_file(name: str, held_out: Path | None, maximum_size: int, minimum_count: int) -> Corpus:
    sentences = read_sentences(Path(name))
    if held_out is None and len(sentences) < 2:
        raise BadInputError(
            f"{name} has only one line of text: one sentence per line is needed, at least two, "
            "because the last tenth is held out"
        )
    train, valid = (sentences, read_sentences(held_out)) if held_out else split(sentences)
    vocabulary = Vocabulary.from_texts(
        train, minimum_count=minimum_count, maximum_size=maximum_size
    )
    return Corpus(
        name,
        token_ids(train, vocabulary),
        token_ids(valid, vocabulary),
        vocabulary,
        held_out=None if held_out is None else str(held_out),
    )
