"""`gradus corpora`: all corpora in one list."""

import pytest
from repository import text_of

from framework.commands.corpora import corpora
from framework.errors import ConflictError, UnknownNameError

MOODS = text_of("texts/corpora/moods.py")


def rows(text):
    return {line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines()}


def test_every_corpus_is_listed_with_score_files_and_licence(spec, install, capsys):
    corpora()
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
    install("week3", MOODS)
    corpora()
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    result = rows(shown)
    assert result["corpus"] == "kind best score files licence"
    assert result["agreement"] == "text perplexity 3.4010 as gradus"
    assert result["trec"] == "labelled_texts 2 none stated"
    assert result["moods"] == "tagged_sentences F1 0.9000 1 CC0"
    assert "cannot be imported" in result["verse"], "one that cannot be loaded hides no other"
    assert list(result)[1:4] == ["agreement", "verse", "sentiment"]  # sorted by kind


def test_one_corpus_is_described_with_all_names_of_its_files(spec, install, capsys):
    install("week3", MOODS)
    corpora("moods")
    assert capsys.readouterr().out.splitlines() == [
        "moods  moods of poems",
        "  kind                 tagged_sentences: tagged sentences",
        "  best possible score  F1 0.9000",
        "  file `train`         moods.train or train.txt",
        "  licence              CC0",
        "  owner                week3 (gradus-week3 1.0)",
        "  loaded by            moods:load",
    ]


def test_an_unknown_corpus_is_corrected(spec):
    with pytest.raises(UnknownNameError, match="'sentimant': did you mean 'sentiment'"):
        corpora("sentimant")


def test_a_plugin_that_takes_the_name_of_a_built_in_corpus_is_refused(spec, install):
    install("week3", MOODS.replace('"moods"', '"sentiment"'))
    with pytest.raises(ConflictError, match=r"lectures and week3 \(gradus-week3 1.0\) both offer"):
        corpora()
