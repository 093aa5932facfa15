"""The generated corpora of the lectures, offered by the hook `register_corpora`."""

from __future__ import annotations

from framework.data.corpus_entry import (
    AS_LOADED,
    LABELLED_TEXTS,
    SENTENCE_PAIRS,
    TAGGED_SENTENCES,
    TEXT,
    CorpusEntry,
)

#: Generated texts are a part of gradus.
_GENERATED = "as gradus"

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
        "translation",
        SENTENCE_PAIRS,
        "plugins.lectures.languages.translation:corpus",
        "sentences and their translations into a language with another word order",
        AS_LOADED,
        licence=_GENERATED,
    ),
)
