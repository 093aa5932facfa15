"""Long reviews have one opinion, in their first half, and a label that follows from the words."""

import numpy as np
import pytest

from plugins.lectures.languages.long_reviews import LongReviews
from plugins.lectures.languages.sentiment import NEGATIVE, POSITIVE


def clauses(reviews, ids):
    """The clauses of a text, as lists of words."""
    text = " ".join(reviews.vocabulary.decode(ids[ids > 0]))
    return [clause.split() for clause in text.split(" and ")]


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_one_opinion_decides_the_label(count):
    reviews = LongReviews(count)
    ids, labels = reviews.sample(300, rng=np.random.default_rng(0))
    places = set()
    for text, label in zip(ids, labels, strict=True):
        result = clauses(reviews, text)
        assert len(result) == count
        [(location, opinion)] = [
            (i, clause) for i, clause in enumerate(result) if clause[-1] in POSITIVE + NEGATIVE
        ]
        assert label == ((opinion[-1] in POSITIVE) != ("not" in opinion))
        places.add(location)
    assert places == set(range((count + 1) // 2))
    assert 0.35 < labels.mean() < 0.65


def test_negation_is_as_frequent_as_asked():
    reviews = LongReviews(4, negation=0.25)
    ids, _ = reviews.sample(1000, rng=np.random.default_rng(1))
    assert np.mean(ids == reviews.vocabulary.encode(["not"])[0]) * ids.size / 4000 == (
        pytest.approx(0.25, abs=0.04)
    )
