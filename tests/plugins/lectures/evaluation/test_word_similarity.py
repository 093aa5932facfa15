"""Neighbours, analogies and rank correlation, on vectors whose answers are known."""

import numpy as np
import pytest

from framework.errors import BadInputError
from plugins.lectures.evaluation.word_similarity import (
    analogy,
    judged_similarity,
    neighbors,
    read_judged_pairs,
    spearman,
)
from plugins.lectures.formats.word_vectors import WordVectors

ROYALS = WordVectors(
    ["man", "woman", "king", "queen", "nothing"],
    np.array([[1.0, 0, 0], [0, 1.0, 0], [3.0, 0, 3.0], [0, 2.0, 2.0], [0, 0, 0]]),
)


def test_neighbors_are_ordered_by_cosine_not_length_and_leave_out_the_word():
    result = neighbors(ROYALS, "man", 2)
    assert [word for word, _ in result] == ["king", "woman"]
    assert result[0][1] == pytest.approx(np.sqrt(0.5))
    assert analogy(ROYALS, "man", "king", "woman", 1)[0][0] == "queen"


def test_spearman_sees_ranks_alone_and_shares_ties():
    assert spearman([1, 2, 3], [1, 10, 1000]) == pytest.approx(1.0)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    assert spearman([1, 1, 2], [1, 2, 3]) == pytest.approx(np.sqrt(0.75))


@pytest.mark.parametrize(("x", "y"), [([], []), ([1], [1]), ([1, 1], [1, 2]), ([1, 2], [1, 2, 3])])
def test_spearman_of_nothing_to_compare_is_refused(x, y):
    with pytest.raises(BadInputError, match="rank correlation"):
        spearman(x, y)


def test_judged_similarity_counts_the_pairs_it_could_use():
    pairs = [("man", "king", 9.0), ("man", "woman", 1.0), ("man", "unheard", 5.0)]
    assert judged_similarity(ROYALS, pairs) == (pytest.approx(1.0), 2)


@pytest.mark.parametrize(
    "text",
    [
        "old\tnew\t1.58\nsmart\tintelligent\t9.2\n",
        "Word 1,Word 2,Human (mean)\nold,new,1.58\nsmart,intelligent,9.2\n\n",
        "# judged by ten people\nold;new;1.58\nsmart;intelligent;9.2\n",
        '"old"\t"new"\t1.58\r\nsmart\tintelligent\t9.2\r\n',
    ],
)
def test_judged_pairs_may_have_headings_comments_and_other_separators(text, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_bytes(text.encode())
    assert read_judged_pairs(path) == [("old", "new", 1.58), ("smart", "intelligent", 9.2)]
