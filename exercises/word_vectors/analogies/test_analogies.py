"""Checks of the analogies that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect

MAN, KING, WOMAN, QUEEN, APPLE, PEAR = range(6)
ROYAL = np.array([[1.0, 0.1], [0.8, 1.0], [-1.0, 0.1], [-0.8, 1.0], [0.1, -1.0], [-0.1, -1.0]])
KINDS, FORMS, SIZE = 8, 3, 20


def patterned(rng, noise=0.1):
    """Return vectors of all kinds in all forms; word k FORMS + f is kind k in form f."""
    kinds, forms = rng.normal(size=(KINDS, 1, SIZE)), rng.normal(size=(1, FORMS, SIZE))
    vectors = kinds + forms + noise * rng.normal(size=(KINDS, FORMS, SIZE))
    return vectors.reshape(KINDS * FORMS, SIZE)


def all_questions(rng, count=60):
    """Return random questions: two kinds, in the same two forms."""
    rows = []
    for _ in range(count):
        kind, other = FORMS * rng.choice(KINDS, size=2, replace=False)
        form, changed = rng.choice(FORMS, size=2, replace=False)
        rows.append([kind + form, kind + changed, other + form, other + changed])
    return np.array(rows)


@pytest.mark.task("analogy")
@pytest.mark.points(3)
@pytest.mark.hint("The word nearest to v_b − v_a + v_c, vectors of length 1.")
def test_kings_and_queens(submission, rng):
    """analogy: man is to king as woman is to queen, and the other three steps."""
    for a, b, c, d in ((MAN, KING, WOMAN, QUEEN), (KING, MAN, QUEEN, WOMAN),
                       (MAN, WOMAN, KING, QUEEN), (QUEEN, KING, WOMAN, MAN)):  # fmt: skip
        equal(submission.analogy(ROYAL, a, b, c), d, f"analogy(vectors, {a}, {b}, {c})")
        turn, order = np.linalg.qr(rng.normal(size=(2, 2)))[0], rng.permutation(6)
        ids = [int(word) for word in np.argsort(order)[[a, b, c, d]]]
        actual = submission.analogy((ROYAL @ turn)[order], *ids[:3])
        equal(actual, ids[3], f"analogy of words {ids[:3]}, the vectors turned and in a new order")


@pytest.mark.task("analogy")
@pytest.mark.points(3)
@pytest.mark.hint("a, b and c cannot be the answer: set their products to −∞.")
@pytest.mark.promise("unchanged", "analogy.vectors", "zeros-are-similar-to-nothing")
def test_given_words_are_left_out(submission, reference, rng):
    """analogy: a, b and c are no answers, even where they are nearest."""
    vectors = rng.normal(size=(4, 3))
    for a, b, c in ((0, 1, 2), (3, 1, 0), (2, 2, 1)):
        agrees(submission, reference, "analogy", vectors, a, b, c)
    for a, b, c in rng.integers(12, size=(10, 3)).tolist():
        vectors = rng.normal(size=(12, 5))
        vectors[7] = 0.0
        agrees(submission, reference, "analogy", vectors, a, b, c)


@pytest.mark.task("analogy")
@pytest.mark.points(2)
@pytest.mark.hint("Scale the vectors to length 1 before you add them.")
def test_long_vectors_do_not_decide(submission, reference, rng):
    """analogy: the lengths of the vectors do not matter."""
    vectors, lengths = rng.normal(size=(9, 4)), 10.0 ** rng.integers(-3, 4, size=(9, 1))
    for a, b, c in ((0, 1, 2), (5, 3, 8), (7, 0, 4)):
        same = reference.analogy(vectors, a, b, c)
        equal(submission.analogy(lengths * vectors, a, b, c), same, "analogy of scaled vectors")


@pytest.mark.task("analogy_accuracy")
@pytest.mark.points(3)
@pytest.mark.hint("Compare analogy(vectors, a, b, c) with d for each row, and take the mean.")
@pytest.mark.promise("unchanged", "analogy_accuracy.vectors")
def test_accuracy(submission, reference, rng):
    """analogy_accuracy: the share of right answers."""
    questions = np.array([[MAN, KING, WOMAN, QUEEN], [MAN, KING, WOMAN, APPLE]])
    equal(submission.analogy_accuracy(ROYAL, questions), 0.5, "one right answer of two")
    agrees(submission, reference, "analogy_accuracy", rng.normal(size=(7, 3)),
           rng.integers(7, size=(20, 4)))  # fmt: skip


@pytest.mark.task("offset_consistency")
@pytest.mark.points(3)
@pytest.mark.hint("The cosines of all differences with all others; leave out the diagonal.")
@pytest.mark.promise("unchanged", "offset_consistency.vectors")
def test_consistency(submission, reference, rng):
    """offset_consistency: the mean cosine between differences."""
    agrees(submission, reference, "offset_consistency", rng.normal(size=(8, 3)),
           np.array([[0, 1], [2, 3], [7, 4]]))  # fmt: skip
    square = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    actual = submission.offset_consistency(square, np.array([[0, 1], [3, 2], [1, 0]]))
    equal(actual, -1 / 3, "three parallel steps, one of them in the other direction", atol=1e-12)


@pytest.mark.task("analogy_accuracy")
@pytest.mark.points(3)
@pytest.mark.hint("If the checks above pass, is the answer the nearest word, or the furthest?")
def test_patterns_in_vectors(submission, reference, rng):
    """analogy_accuracy: vectors with a pattern answer the questions, random ones do not."""
    vectors, questions = patterned(rng), all_questions(rng)
    share = agrees(submission, reference, "analogy_accuracy", vectors, questions)
    expect(share > 0.9, f"{share:.0%} right answers for vectors that are kind plus form")
    unordered = rng.normal(size=vectors.shape)
    chance = agrees(submission, reference, "analogy_accuracy", unordered, questions)
    expect(chance < 0.35, f"{chance:.0%} right answers for random vectors: 1 of 21 by chance")
