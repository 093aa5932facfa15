"""The corpora of the lectures, and their best possible scores."""

import pytest
from programs import completed_python

from framework.data.corpus import Corpus
from framework.data.corpus_entry import TEXT, problem
from framework.data.corpus_registry import Corpora, best_possible_score
from plugins.lectures.corpora import CORPORA
from plugins.lectures.languages import attributed_sentiment, entities, long_sentences


def test_the_best_scores_are_those_of_the_languages():
    results = {entry.name: best_possible_score(entry) for entry in CORPORA if not entry.files}
    expected = {
        "agreement": 3.401,
        "sentiment": 0.95,
        "attributed_sentiment": 1,
        "entities": 0.9719,
        "suffixes": 0.9795,
    }
    assert results == pytest.approx({**expected, "translation": 1, "long_sentences": 0.8}, abs=1e-4)


@pytest.mark.parametrize(
    ("found", "sizes"),
    [
        (attributed_sentiment.corpus(80), [80, 10, 20]),
        (long_sentences.corpus(100), [100, 10, 10]),
        (entities.corpus(sentences=50), [50, 10, 20]),
    ],
)
def test_a_generated_corpus_holds_parts_out(found, sizes):
    assert [len(part) for part in (found.train, found.valid, found.test)] == sizes


def test_the_best_scores_of_published_corpora_are_not_known_and_no_numpy_is_needed():
    assert {entry.best_score for entry in CORPORA if entry.files} == {None}
    code = "import sys, plugins.lectures.corpora\nprint('numpy' in sys.modules)"
    done = completed_python("-c", code, check=True)
    assert done.stdout.strip() == "False"


def test_every_entry_can_be_registered_and_loaded():
    assert [problem(entry) for entry in CORPORA if problem(entry)] == []
    assert all(entry.description and entry.licence for entry in CORPORA)
    assert isinstance(Corpora(CORPORA).load("agreement", TEXT), Corpus)
