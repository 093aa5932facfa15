"""The corpora of the lectures, generated or published, for the hook `register_corpora`."""

from __future__ import annotations

from framework.data.corpus_entry import (
    AS_LOADED,
    LABELLED_TEXTS,
    PARTS_OF_SPEECH,
    SENTENCE_PAIRS,
    TAGGED_SENTENCES,
    TEXT,
    CorpusEntry,
    CorpusFile,
)

#: Generated texts are a part of gradus; some published texts state no licence.
_GENERATED, _NO_LICENCE = "as gradus", "none stated"

CORPORA = (
    CorpusEntry(
        "agreement",
        TEXT,
        "plugins.lectures.languages.agreement:corpus",
        "sentences whose verb agrees with a subject some words before it",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "sentiment",
        LABELLED_TEXTS,
        "plugins.lectures.languages.sentiment:corpus",
        "reviews with negation; bags of words cannot reach the best accuracy",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "attributed_sentiment",
        LABELLED_TEXTS,
        "plugins.lectures.languages.attributed_sentiment:corpus",
        "reviews that quote others; windows of words cannot reach the best accuracy",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "entities",
        TAGGED_SENTENCES,
        "plugins.lectures.languages.entities:corpus",
        "sentences with names of persons, places and organisations",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "suffixes",
        PARTS_OF_SPEECH,
        "plugins.lectures.languages.suffix_tagging:corpus",
        "sentences whose parts of speech follow from word endings; half the test has unknown words",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "translation",
        SENTENCE_PAIRS,
        "plugins.lectures.languages.translation:corpus",
        "sentences and their translations into a language with another word order",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "long_sentences",
        SENTENCE_PAIRS,
        "plugins.lectures.languages.long_sentences:corpus",
        "long sentences and translations; verbs depend on the last word; the alignment is known",
        AS_LOADED,
        licence=_GENERATED,
    ),
    CorpusEntry(
        "multi30k",
        SENTENCE_PAIRS,
        "plugins.lectures.published_texts:multi30k",
        "German captions of pictures and their English translations (Elliott et al. 2016)",
        files=tuple(
            CorpusFile(f"{part}.{language}", (f"{name}.{language}",))
            for part, name in (("train", "train"), ("valid", "val"), ("test", "test_2016_flickr"))
            for language in ("de", "en")
        ),
        licence="research only",
    ),
    CorpusEntry(
        "trec",
        LABELLED_TEXTS,
        "plugins.lectures.published_texts:trec",
        "questions by type of answer (Li and Roth 2002), as Kim (2014) prepared them",
        files=(
            CorpusFile("train", ("train.txt", "TREC.train.all")),
            CorpusFile("test", ("test.txt", "TREC.test.all")),
        ),
        licence=_NO_LICENCE,
    ),
    CorpusEntry(
        "mr",
        LABELLED_TEXTS,
        "plugins.lectures.published_texts:mr",
        "sentences of film reviews (Pang and Lee 2005), as Kim (2014) prepared them",
        files=(CorpusFile("train", ("all.txt", "rt-polarity.all")),),
        licence=_NO_LICENCE,
    ),
    CorpusEntry(
        "subj",
        LABELLED_TEXTS,
        "plugins.lectures.published_texts:subj",
        "subjective and objective sentences (Pang and Lee 2004), as Kim (2014) prepared them",
        files=(CorpusFile("train", ("all.txt", "subj.all")),),
        licence=_NO_LICENCE,
    ),
    CorpusEntry(
        "sst2",
        LABELLED_TEXTS,
        "plugins.lectures.published_texts:sst2",
        "sentences of film reviews (Socher et al. 2013), as Kim (2014) prepared them",
        files=(
            CorpusFile("train", ("train.txt", "stsa.binary.train")),
            CorpusFile("valid", ("valid.txt", "stsa.binary.dev")),
            CorpusFile("test", ("test.txt", "stsa.binary.test")),
        ),
        licence=_NO_LICENCE,
    ),
    CorpusEntry(
        "ag_news",
        LABELLED_TEXTS,
        "plugins.lectures.published_texts:ag_news",
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
        "plugins.lectures.formats.conll:conll2003",
        "news with named entities (Tjong Kim Sang and De Meulder 2003); the texts come from NIST",
        files=(
            CorpusFile("train", ("eng.train", "train.txt", "train.conll")),
            CorpusFile("valid", ("eng.testa", "valid.txt", "dev.txt", "valid.conll", "dev.conll")),
            CorpusFile("test", ("eng.testb", "test.txt", "test.conll")),
        ),
        licence="research only",
    ),
    CorpusEntry(
        "ud_ewt",
        PARTS_OF_SPEECH,
        "plugins.lectures.formats.conllu:ud_ewt",
        "English web texts with universal parts of speech (Silveira et al. 2014)",
        files=(
            CorpusFile("train", ("en_ewt-ud-train.conllu",)),
            CorpusFile("valid", ("en_ewt-ud-dev.conllu",)),
            CorpusFile("test", ("en_ewt-ud-test.conllu",)),
        ),
        licence="CC BY-SA 4.0",
    ),
)
