"""Precision, recall and F1 by type, worked by hand."""

import pytest

from framework.errors import BadInputError
from framework.evaluation.entity_scores import EntityScore, entity_scores, score_table, together

TRUE = [["B-PER", "I-PER", "O", "B-LOC"], ["B-LOC"]]
FOUND = [["B-PER", "O", "O", "B-LOC"], ["B-ORG"]]


def test_each_type_has_its_own_counts():
    scores = entity_scores(TRUE, FOUND)
    assert scores == {
        "LOC": EntityScore(right=1, predicted=1, true=2),
        "ORG": EntityScore(right=0, predicted=1, true=0),
        "PER": EntityScore(right=0, predicted=1, true=1),
    }
    assert together(scores) == EntityScore(right=1, predicted=3, true=3)


def test_the_harmonic_mean_and_its_limits():
    score = EntityScore(right=1, predicted=2, true=4)
    assert (score.precision, score.recall, score.f1) == pytest.approx((1 / 2, 1 / 4, 1 / 3))
    nothing = EntityScore(0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (1, 1, 1)
    missed = EntityScore(0, 0, 3)
    assert (missed.recall, missed.f1) == (0, 0)


def test_the_table():
    assert score_table(entity_scores(TRUE, FOUND)) == [
        "type  precision  recall      F1  entities",
        "LOC      1.0000  0.5000  0.6667         2",
        "ORG      0.0000  1.0000  0.0000         0",
        "PER      0.0000  0.0000  0.0000         1",
        "all      0.3333  0.3333  0.3333         3",
    ]


def test_a_missing_tag_is_refused():
    with pytest.raises(BadInputError, match="one predicted tag for every word"):
        entity_scores([["O", "O"]], [["O"]])
