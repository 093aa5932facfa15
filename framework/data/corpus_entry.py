"""A corpus as data: its name, its kind, its loading function and its best possible score.

Nothing is imported or read before the corpus is loaded. See `framework.data.corpus_registry`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from framework.importing import is_target

#: The owner of the corpora that ship with gradus.
GRADUS = "gradus"

#: `CorpusEntry.best_score` of a corpus that is loaded to know its best possible score.
AS_LOADED: Final = "as loaded"


class CorpusKind(NamedTuple):
    """A kind of corpus, with the class that a loading function returns.

    Attributes:
        title: the content of such a corpus, in the plural.
        type: ``module:Class`` of the corpus; its `best_score` is the best possible one or None.
        measure: the name of the score.
    """

    title: str
    type: str
    measure: str


TEXT = "text"
LABELLED_TEXTS = "labelled_texts"
TAGGED_SENTENCES = "tagged_sentences"
PARTS_OF_SPEECH = "parts_of_speech"
SENTENCE_PAIRS = "sentence_pairs"
SENTENCES = "sentences"

#: Every kind of corpus. A new kind is a line here and its class.
CORPUS_KINDS = {
    TEXT: CorpusKind("text for language models", "framework.data.corpus:Corpus", "perplexity"),
    LABELLED_TEXTS: CorpusKind("labelled texts", "framework.data.labelled:TextCorpus", "accuracy"),
    TAGGED_SENTENCES: CorpusKind("tagged sentences", "framework.data.tagged:TaggedCorpus", "F1"),
    PARTS_OF_SPEECH: CorpusKind(
        "parts of speech", "framework.data.tagged:PartOfSpeechCorpus", "accuracy"
    ),
    SENTENCE_PAIRS: CorpusKind(
        "pairs of sentences", "framework.data.sentence_pairs:PairCorpus", "exact match"
    ),
    SENTENCES: CorpusKind("sentences for word vectors", "framework.data.corpus:SentenceCorpus", ""),
}


class CorpusFile(NamedTuple):
    """One file of a published corpus.

    Attributes:
        part: its name for the loading function, as in ``train``.
        names: the possible file names, in the order of search.
    """

    part: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class CorpusEntry:
    """One corpus, as data: nothing is imported until it is loaded.

    Args:
        name: its name for ``--corpus``.
        kind: one of `CORPUS_KINDS`.
        target: ``package.module:function`` or ``path/to/file.py:function``. It is called without
            arguments, or with a mapping part -> path of a file if there are `files`. It returns a
            corpus of the class that `CORPUS_KINDS` names.
        description: what the corpus is, on one line.
        best_score: the best possible score; `AS_LOADED`: the loaded corpus contains it; None: it is
            not known.
        files: the files of the user in the folder ``--data``.
        licence: the licence of the texts.
        owner: the plugin that registered it and its distribution, or `GRADUS`. The plugin manager
            sets it; a plugin cannot declare it.
    """

    name: str
    kind: str
    target: str
    description: str = ""
    best_score: float | Literal["as loaded"] | None = None
    files: tuple[CorpusFile, ...] = ()
    licence: str = ""
    owner: str = field(default=GRADUS, compare=False)


def problem(entry: CorpusEntry) -> str:
    """Return the problem of `entry` as data; empty without a problem."""
    for label in ("name", "kind", "target", "description", "licence"):
        value = getattr(entry, label)
        if not isinstance(value, str) or not (value or label in ("description", "licence")):
            return f"the {label} of a CorpusEntry must be text, not {value!r:.80}"
    if entry.kind not in CORPUS_KINDS:
        return (
            f"the corpus '{entry.name}' has the kind '{entry.kind}': use {', '.join(CORPUS_KINDS)}"
        )
    if not is_target(entry.target):
        return f"the corpus '{entry.name}' is at '{entry.target}': expected 'module:function'"
    return _problem_of_score(entry) or _problem_of_files(entry)


def _problem_of_score(entry: CorpusEntry) -> str:
    score = entry.best_score
    if score in (None, AS_LOADED) or (isinstance(score, int | float) and score == score):
        return ""
    return (
        f"the best score of the corpus '{entry.name}' is {score!r:.80}: expected a number, "
        f"'{AS_LOADED}' or None"
    )


def _problem_of_files(entry: CorpusEntry) -> str:
    files = entry.files
    if isinstance(files, tuple) and all(isinstance(file, CorpusFile) for file in files):
        return ""
    return (
        f"the files of the corpus '{entry.name}' are {files!r:.80}: expected a tuple of CorpusFile"
    )
