"""The built-in corpora, and help texts made from such a table.

A corpus is added here, or by a plugin's hook `register_corpora`.
"""

from __future__ import annotations

from collections.abc import Iterable

from framework.data.corpus_entry import (
    AS_LOADED,
    LABELLED_TEXTS,
    SENTENCE_PAIRS,
    TAGGED_SENTENCES,
    TEXT,
    CorpusEntry,
    CorpusFile,
)

#: Generated texts are a part of gradus.
_GENERATED = "as gradus"
_UNSTATED = "none stated"

BUILT_IN = (
    CorpusEntry(
        "agreement",
        TEXT,
        "framework.languages.agreement:corpus",
        "sentences whose verb agrees with a subject some words before it",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "sentiment",
        LABELLED_TEXTS,
        "framework.languages.sentiment:corpus",
        "reviews with negation; bags of words cannot reach the best accuracy",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "attributed_sentiment",
        LABELLED_TEXTS,
        "framework.languages.attributed_sentiment:corpus",
        "reviews that quote others; windows of words cannot reach the best accuracy",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "trec",
        LABELLED_TEXTS,
        "framework.data.text_corpora:trec",
        "questions by type of answer (Li and Roth 2002), as Kim (2014) prepared them",
        files=(
            CorpusFile("train", ("train.txt", "TREC.train.all")),
            CorpusFile("test", ("test.txt", "TREC.test.all")),
        ),
        licence=_UNSTATED,
    ),
    CorpusEntry(
        "mr",
        LABELLED_TEXTS,
        "framework.data.text_corpora:mr",
        "sentences of film reviews (Pang and Lee 2005), as Kim (2014) prepared them",
        files=(CorpusFile("train", ("all.txt", "rt-polarity.all")),),
        licence=_UNSTATED,
    ),
    CorpusEntry(
        "subj",
        LABELLED_TEXTS,
        "framework.data.text_corpora:subj",
        "subjective and objective sentences (Pang and Lee 2004), as Kim (2014) prepared them",
        files=(CorpusFile("train", ("all.txt", "subj.all")),),
        licence=_UNSTATED,
    ),
    CorpusEntry(
        "sst2",
        LABELLED_TEXTS,
        "framework.data.text_corpora:sst2",
        "sentences of film reviews (Socher et al. 2013), as Kim (2014) prepared them",
        files=(
            CorpusFile("train", ("train.txt", "stsa.binary.train")),
            CorpusFile("valid", ("valid.txt", "stsa.binary.dev")),
            CorpusFile("test", ("test.txt", "stsa.binary.test")),
        ),
        licence=_UNSTATED,
    ),
    CorpusEntry(
        "ag_news",
        LABELLED_TEXTS,
        "framework.data.text_corpora:ag_news",
        "news by topic (Zhang, Zhao and LeCun 2015)",
        files=(
            CorpusFile("train", ("train.csv", "train_8000.csv")),
            CorpusFile("test", ("test.csv",)),
        ),
        licence="non-commercial",
    ),
    CorpusEntry(
        "entities",
        TAGGED_SENTENCES,
        "framework.languages.entities:corpus",
        "sentences with names of persons, places and organisations",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "conll2003",
        TAGGED_SENTENCES,
        "framework.data.formats.conll:conll2003",
        "news with named entities (Tjong Kim Sang and De Meulder 2003); the texts come from NIST",
        files=(
            CorpusFile("train", ("eng.train", "train.txt", "train.conll")),
            CorpusFile("valid", ("eng.testa", "valid.txt", "dev.txt", "valid.conll", "dev.conll")),
            CorpusFile("test", ("eng.testb", "test.txt", "test.conll")),
        ),
        licence="research only",
    ),
    CorpusEntry(
        "translation",
        SENTENCE_PAIRS,
        "framework.languages.translation:corpus",
        "sentences and their translations into a language with another word order",
        AS_LOADED,
        licence=_GENERATED,
    ),
)


def corpus_help(*kinds: str, file: str = "", entries: Iterable[CorpusEntry] = BUILT_IN) -> str:
    """Return the help text of an option for a corpus of one of `kinds`.

    Args:
        kinds: of `framework.data.corpus_entry.KINDS`.
        file: the content of a file that the option accepts too, as in ``a sentence per line``.
        entries: the corpora to list.
    """
    known = [entry for entry in entries if entry.kind in kinds]
    ready = [entry.name for entry in known if not entry.files]
    published = [entry.name for entry in known if entry.files]
    choices = [
        *([_listed(ready)] if ready else []),
        *([f"with --data {_listed(published)}"] if published else []),
        *([f"a file with {file}"] if file else []),
    ]
    return f"Corpus: {'; '.join(choices)}. `gradus corpora` shows all."


def _listed(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
