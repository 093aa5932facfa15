"""Checks of the one-hot vectors that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, refuses

HOTEL, MOTEL = 7, 10


@pytest.mark.task("one_hot")
@pytest.mark.points(1.75)
@pytest.mark.hint("Row i of the identity matrix is the vector of word i.")
def test_hotel_and_motel(submission, reference, rng):
    """one_hot: the lecture's two words in a vocabulary of fifteen."""
    actual = submission.one_hot(np.array([HOTEL, MOTEL]), 15)
    expected = np.zeros((2, 15))
    expected[0, HOTEL] = expected[1, MOTEL] = 1
    equal(actual, expected, "one_hot([7, 10], 15)")
    agrees(submission, reference, "one_hot", rng.integers(15, size=2), 15)


@pytest.mark.task("one_hot")
@pytest.mark.points(1.75)
@pytest.mark.hint("A batch of texts (N, T) becomes (N, T, V).")
@pytest.mark.promise("unchanged", "any-input", "one_hot.ids")
def test_any_shape(submission, reference, rng):
    """one_hot: ids of any shape; the result has one more axis, at the end."""
    for shape in ((4,), (2, 3), (2, 1, 3), ()):
        agrees(submission, reference, "one_hot", rng.integers(6, size=shape), 6)


@pytest.mark.task("one_hot")
@pytest.mark.points(1.75)
@pytest.mark.hint("−1 is not a word, although NumPy reads it as the last one.")
@pytest.mark.parametrize("wrong", [-1, 5])
@pytest.mark.promise("errors", "one_hot.raises")
def test_ids_out_of_range(submission, rng, wrong):
    """one_hot: an id out of range raises an IndexError."""
    ids = rng.integers(5, size=3)
    ids[rng.integers(3)] = wrong
    refuses(submission, "one_hot", ids, 5, error=("IndexError",))


@pytest.mark.task("cosine_similarity")
@pytest.mark.points(1.75)
@pytest.mark.hint("a·b / (‖a‖ ‖b‖) is 0 for two different one-hot vectors.")
def test_two_words_are_orthogonal(submission, rng):
    """cosine_similarity: 0 for different words, 1 for equal words."""
    V = int(rng.integers(6, 20))
    words = np.eye(V)[rng.permutation(V)]
    actual = submission.cosine_similarity(words[:, None], np.eye(V)[None, :])
    equal(actual, words, f"the similarities of all pairs of {V} one-hot vectors")


@pytest.mark.task("cosine_similarity")
@pytest.mark.points(1.75)
@pytest.mark.hint(
    "Sum the products over the last axis, keepdims=True for the lengths: the others broadcast."
)
@pytest.mark.promise("dtype")
def test_angles(submission, reference, rng):
    """cosine_similarity: row by row, and all pairs by broadcasting."""
    a, b = rng.normal(size=(2, 5, 4))
    agrees(submission, reference, "cosine_similarity", a, b)
    agrees(submission, reference, "cosine_similarity", a[:, None], b)
    agrees(submission, reference, "cosine_similarity", a[0], b)
    single = a.astype(np.float32), b.astype(np.float32)
    agrees(submission, reference, "cosine_similarity", *single, rtol=1e-5)
    equal(submission.cosine_similarity(a, -3 * a), np.full(5, -1.0), "cos(a, −3 a)", rtol=1e-12)


@pytest.mark.task("cosine_similarity")
@pytest.mark.points(0.75)
@pytest.mark.hint("A vector of zeros has no direction: the similarity is 0, not NaN.")
def test_vectors_of_zeros(submission, reference, rng):
    """cosine_similarity: 0 where a vector is zero."""
    a, b = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 2.0], [0, 0], [0, 0]])
    equal(submission.cosine_similarity(a, b), np.zeros(3), "similarities to a vector of zeros")
    a, b = rng.normal(size=(2, 4, 3))
    a[rng.integers(4)] = 0
    agrees(submission, reference, "cosine_similarity", a, b)


@pytest.mark.task("lookup")
@pytest.mark.points(1.5)
@pytest.mark.hint(
    "The product of a one-hot vector with W is a row of W; NumPy reads −1 as the last row."
)
@pytest.mark.promise("unchanged", "lookup.ids", "lookup.W", "lookup.returns", "errors")
def test_lookup_is_a_product(submission, reference, rng):
    """lookup: the product of one-hot vectors with a matrix, for ids of any shape; −1 is no id."""
    for shape, D in (((4,), 3), ((2, 3), 6), ((), 3)):
        ids, W = rng.integers(6, size=shape), rng.normal(size=(6, D))
        actual = agrees(submission, reference, "lookup", ids, W)
        equal(actual, np.eye(6)[ids] @ W, "lookup against the product with one-hot vectors")
    agrees(submission, reference, "lookup", ids, W.astype(np.float32))
    refuses(submission, "lookup", np.array([2, -1, 5]), W, error=("IndexError",))


@pytest.mark.task("lookup_gradient")
@pytest.mark.points(1.75)
@pytest.mark.hint("A repeated id adds up: np.add.at, not +=.")
@pytest.mark.promise("unchanged", "repeated-ids-add-up", "lookup_gradient.ids", "lookup_gradient")
def test_gradient_of_a_lookup(submission, reference, rng):
    """lookup_gradient: sums over all places of an id, for ids of any shape."""
    for shape in ((9,), (2, 5), ()):
        ids, grad = rng.integers(5, size=shape), rng.normal(size=(*shape, 3))
        actual = agrees(submission, reference, "lookup_gradient", ids, grad, 5)
        product = np.eye(5)[ids].reshape(-1, 5).T @ grad.reshape(-1, 3)
        equal(actual, product, "lookup_gradient against one-hot vectors", rtol=1e-12)
    agrees(submission, reference, "lookup_gradient", ids, grad.astype(np.float32), 5)


#: The lecture's vocabulary, and a text whose one-hot vectors would take 80 GB.
WORDS, PLACES = 500_000, 20_000


@pytest.mark.task("lookup")
@pytest.mark.points(0.75)
@pytest.mark.hint("One-hot vectors of 20,000 of 500,000 words take 80 GB. Take rows instead.")
@pytest.mark.promise("no-one-hot-vectors")
def test_lookup_of_half_a_million_words(submission, reference, rng):
    """lookup: 20,000 places in a vocabulary of 500,000 words."""
    W = np.resize(rng.normal(size=(997, 2)).astype(np.float32), (WORDS, 2))  # small in a kit
    agrees(submission, reference, "lookup", rng.integers(WORDS, size=PLACES), W)


@pytest.mark.task("lookup_gradient")
@pytest.mark.points(0.75)
@pytest.mark.hint("Zeros for all words, then one sum for each place.")
@pytest.mark.promise("no-one-hot-vectors")
def test_gradient_of_half_a_million_words(submission, reference, rng):
    """lookup_gradient: 20,000 places in a vocabulary of 500,000 words."""
    grad = rng.normal(size=(PLACES, 2)).astype(np.float32)
    ids = rng.integers(WORDS, size=PLACES)
    agrees(submission, reference, "lookup_gradient", ids, grad, WORDS, rtol=1e-5, atol=1e-5)
