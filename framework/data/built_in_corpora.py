"""Published corpora that are read from their files, and help texts for options.

A corpus is added here, or by the hook `register_corpora` of a plugin.
"""

from __future__ import annotations

from framework.data.corpus_entry import (
    LABELLED_TEXTS,
    TAGGED_SENTENCES,
    CorpusEntry,
    CorpusFile,
)

_UNSTATED = "none stated"

BUILT_IN = (
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
)


def corpus_help(*kinds: str, file: str = "") -> str:
    """Return the help text of an option for a corpus of one of `kinds`.

    Args:
        kinds: of `framework.data.corpus_entry.KINDS`.
        file: the content of a file that the option accepts too, as in ``a sentence per line``.
    """
    published = [entry.name for entry in BUILT_IN if entry.kind in kinds]
    choices = [
        "a name in `gradus corpora`",
        *([f"with --data {_listed(published)}"] if published else []),
        *([f"a file with {file}"] if file else []),
    ]
    return f"Corpus: {'; '.join(choices)}."


def _listed(names: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
