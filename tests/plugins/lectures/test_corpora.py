"""The corpora of the lectures, and their best possible scores."""

import pytest
from programs import completed_python

from framework.data.corpus import Corpus
from framework.data.corpus_entry import TEXT, problem
from framework.data.corpus_registry import Corpora, best_possible_score
from plugins.lectures.corpora import CORPORA


def test_the_best_scores_are_those_of_the_languages():
    found = {entry.name: best_possible_score(entry) for entry in CORPORA if not entry.files}
    expected = {
        "agreement": 3.401,
        "sentiment": 0.95,
        "attributed_sentiment": 1,
        "entities": 0.9719,
        "suffixes": 0.9795,
    }
    assert found == pytest.approx({**expected, "translation": 1, "long_sentences": 0.8}, abs=1e-4)


def test_the_best_scores_of_published_corpora_are_not_known_and_no_numpy_is_needed():
    assert {entry.best_score for entry in CORPORA if entry.files} == {None}
    code = "import sys, plugins.lectures.corpora\nprint('numpy' in sys.modules)"
    done = completed_python("-c", code, check=True)
    assert done.stdout.strip() == "False"


def test_every_entry_can_be_registered_and_loaded():
    assert [problem(entry) for entry in CORPORA if problem(entry)] == []
    assert all(entry.description and entry.licence for entry in CORPORA)
    assert isinstance(Corpora(CORPORA).load("agreement", TEXT), Corpus)
