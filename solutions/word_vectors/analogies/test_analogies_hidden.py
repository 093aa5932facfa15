"""Hidden checks of the analogies: vectors of zeros, equally good words, one question."""

import numpy as np
import pytest

from autograder.checks import agrees, equal


@pytest.mark.task("analogy")
@pytest.mark.points(2)
@pytest.mark.promise("analogy.returns", "zeros-are-similar-to-nothing")
def test_zeros_and_equally_good_words(submission, reference, rng):
    """analogy: vectors of zeros among the words, and two words with the same vector."""
    vectors = np.array([[1.0, 0], [0, 1.0], [-1.0, 0], [0, 0], [0, 2.0], [0, 1.0]])
    equal(submission.analogy(vectors, 0, 0, 1), 4, "the smaller id of two equally good words")
    agrees(submission, reference, "analogy", vectors, 3, 0, 2)
    agrees(submission, reference, "analogy", -vectors[:5], 4, 1, 3)
    vectors = rng.normal(size=(7, 2))
    vectors[rng.integers(3, 7)] = 0
    agrees(submission, reference, "analogy", vectors, 0, 1, 2)


@pytest.mark.task("analogy_accuracy")
@pytest.mark.points(1.5)
@pytest.mark.promise("analogy_accuracy.questions")
def test_one_question(submission, reference, rng):
    """analogy_accuracy: a single question, right or wrong."""
    vectors = rng.normal(size=(5, 3))
    right = reference.analogy(vectors, 0, 1, 2)
    for d, expected in ((right, 1.0), (7 - right, 0.0)):
        actual = submission.analogy_accuracy(vectors, np.array([[0, 1, 2, d]]))
        equal(actual, expected, "the accuracy of one question")


@pytest.mark.task("offset_consistency")
@pytest.mark.points(1.5)
@pytest.mark.promise("offset_consistency.returns")
def test_two_pairs_and_equal_words(submission, reference, rng):
    """offset_consistency: two pairs, long and short vectors, a word paired with itself."""
    vectors = rng.normal(size=(4, 3)) * 10.0 ** np.arange(4)[:, None]
    agrees(submission, reference, "offset_consistency", vectors, np.array([[0, 1], [2, 3]]))
    agrees(submission, reference, "offset_consistency", vectors, np.array([[0, 1], [2, 2]]))
