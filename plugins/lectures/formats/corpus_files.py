"""Texts, sentences and labelled texts of a corpus, by name or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from framework.data.corpus import Corpus
from framework.data.corpus_entry import LABELLED_TEXTS, SENTENCES, TEXT, CorpusEntry
from framework.data.corpus_registry import Corpora, load_entry
from framework.data.labelled import TextCorpus
from framework.data.subwords import vocabulary_of
from framework.data.text_lines import (
    Sentences,
    read_lines,
    read_sentences,
    split,
    token_ids,
)
from framework.data.tokens import WORDS, Tokens
from framework.data.vocabulary import EOS, Ids, Vocabulary
from framework.errors import BadInputError, UsageError
from plugins.lectures.formats.label_files import read_labelled


def load_corpus(
    name: str,
    corpora: Corpora | None = None,
    *,
    folder: Path | None = None,
    maximum_size: int = 10_000,
    minimum_count: int = 2,
    held_out: Path | None = None,
    tokens: Tokens = WORDS,
) -> Corpus:
    """Return the corpus `name`, or the text file at the path `name`.

    A text file has one sentence per line, its words separated by blanks; every line gets an end of
    sentence. The last tenth of the lines is held out. Words that the other lines have only once
    become ``<unk>``, so that the model learns about unknown words. Corpora of gradus and of plugins
    have their own held-out text.

    Args:
        name: a name, or a path.
        corpora: the known corpora; None: no names, only files.
        folder: the folder of the files of a published corpus.
        maximum_size: maximum vocabulary size of a text file.
        minimum_count: rarer words of a text file become ``<unk>``.
        held_out: a text file for evaluation; then all lines of `name` are training text.
        tokens: characters: the text is read character by character, blanks included. Subwords are
            learned from the training text; limits of the vocabulary do not apply to them.

    Raises:
        UnknownNameError: neither a corpus nor a file.
        UsageError: `held_out` is given for a corpus that is no text file.
        BadInputError: the file is missing, empty, no text, or too short.
        UsageError: the corpus is of another kind.
        PluginError: the corpus of a plugin cannot be loaded.
    """
    entry = find_unless_file(corpora or Corpora(), name, TEXT)
    if entry is None:
        return _from_file(name, held_out, maximum_size, minimum_count, tokens)
    if held_out is not None:
        raise UsageError(f"the corpus '{name}' has its own held-out text: leave out {held_out}")
    corpus: Corpus = load_entry(entry, folder)
    return corpus if tokens is WORDS else _divided(corpus, tokens)


def load_sentences(
    name: str, corpora: Corpora | None = None, *, folder: Path | None = None
) -> Sentences:
    """Return the training sentences of the corpus `name`, or all lines of that file.

    Args:
        name: a name, or a path.
        corpora: the known corpora; None: no names, only files.
        folder: the folder of the files of a published corpus.

        Raises:
            UnknownNameError, UsageError, BadInputError, PluginError: as `load_corpus`.
    """
    entry = find_unless_file(corpora or Corpora(), name, SENTENCES, TEXT)
    if entry is None:
        return read_sentences(Path(name))
    corpus = load_entry(entry, folder)
    if entry.kind == SENTENCES:
        return [list(sentence) for sentence in corpus.sentences]
    return _sentences_of(corpus.train, corpus.vocabulary)


def _sentences_of(text: Ids, vocabulary: Vocabulary) -> Sentences:
    ended = np.split(text, np.flatnonzero(text == EOS) + 1)
    sentences = [vocabulary.decode(ids[ids != EOS]) for ids in ended]
    return [sentence for sentence in sentences if sentence]


def _divided(corpus: Corpus, tokens: Tokens) -> Corpus:
    """Return the sentences of `corpus` in `tokens`, with a blank between two words."""
    train, valid = (
        [" ".join(words) for words in _sentences_of(text, corpus.vocabulary)]
        for text in (corpus.train, corpus.valid)
    )
    return _from_lines(corpus.name, train, valid, tokens)


def _from_lines(
    name: str,
    train: Sequence[str],
    valid: Sequence[str],
    tokens: Tokens,
    held_out: str | None = None,
    **limits: int,
) -> Corpus:
    """Return the corpus of lines in `tokens`, whose vocabulary has `limits`."""
    learned = tokens.learned(train)
    texts, held_out_texts = ([learned.split(line) for line in lines] for lines in (train, valid))
    vocabulary = vocabulary_of(learned, texts, **limits)
    return Corpus(
        name,
        token_ids(texts, vocabulary),
        token_ids(held_out_texts, vocabulary),
        vocabulary,
        held_out=held_out,
        tokens=learned,
    )


def load_text_corpus(
    name: str, folder: Path | None = None, corpora: Corpora | None = None
) -> TextCorpus:
    """Return the corpus `name`, or the file of labelled texts at the path `name`.

    Args:
        name: a name, or the path of a file with a label and words on each line.
        folder: the folder of the files of a published corpus, or the folder above.
        corpora: the known corpora; None: no names, only files.

    Raises:
        UnknownNameError: neither a corpus nor a file.
        UsageError: a corpus of another kind, or a published corpus without its folder.
        BadInputError: a file is missing or malformed.
        PluginError: the corpus of a plugin cannot be loaded, or is none of labelled texts.
    """
    known = corpora or Corpora()
    entry = find_unless_file(known, name, LABELLED_TEXTS, file="file of labelled texts")
    if entry is None:
        return TextCorpus(name, read_labelled(Path(name)))
    corpus: TextCorpus = load_entry(entry, folder)
    return corpus


def load_text(path: str, vocabulary: Vocabulary, tokens: Tokens = WORDS) -> Ids:
    """Return a text file as ids `(M,)` of `vocabulary`, in the form of `Corpus.valid`.

    Raises:
        BadInputError: the file is missing, empty or no text.
    """
    return token_ids(read_sentences(Path(path), tokens), vocabulary)


def find_unless_file(
    corpora: Corpora, name: str, *kinds: str, file: str = "text file"
) -> CorpusEntry | None:
    """Return the corpus `name` of one of `kinds`; None if `name` is the path of a file.

    Raises:
        UnknownNameError, UsageError: as `Corpora.find`, for what does not look like a path.
    """
    is_corpus = name in corpora.names(*kinds)
    if not is_corpus and (Path(name).exists() or _looks_like_a_path(name)):
        return None
    return corpora.find(name, *kinds, file=file)


def same_file(path: str, other: str) -> bool:
    """Return whether two names of corpora are paths of one file."""
    return Path(path).resolve() == Path(other).resolve()


def _looks_like_a_path(name: str) -> bool:
    return "/" in name or "\\" in name or bool(Path(name).suffix)


def _from_file(
    name: str, held_out: Path | None, maximum_size: int, minimum_count: int, tokens: Tokens
) -> Corpus:
    lines = read_lines(Path(name), tokens)
    if held_out is None and len(lines) < 2:
        raise BadInputError(
            f"{name} has only one line of text: one sentence per line is needed, at least two, "
            "because the last tenth is held out"
        )
    train, valid = (lines, read_lines(held_out, tokens)) if held_out else split(lines)
    return _from_lines(
        name,
        train,
        valid,
        tokens,
        None if held_out is None else str(held_out),
        minimum_count=minimum_count,
        maximum_size=maximum_size,
    )
