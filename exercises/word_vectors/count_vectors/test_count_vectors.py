"""Checks of vectors from counts that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import LOWER, agrees, assign, equal, expect, paired_models
from autograder.checks.numerical_gradients import numerical_gradient
from plugins.lectures.languages.log_bilinear import LogBilinear

#: The text of the README, and its vocabulary size.
TEXT, V = np.array([0, 1, 0, 2, 1]), 3


def counts_of(rng, size, zeros=0.3):
    """Return a symmetric matrix of counts, some of them 0."""
    counts = rng.integers(1, 60, size=(size, size)) * (rng.random((size, size)) > zeros)
    return counts + counts.T


@pytest.mark.task("cooccurrences")
@pytest.mark.points(2)
@pytest.mark.hint("Both neighbours of a word count, and the matrix is symmetric.")
@pytest.mark.promise("both-directions")
def test_neighbours(submission, reference, rng):
    """cooccurrences: the neighbours in the text of the README, and in drawn ones."""
    counts = submission.cooccurrences(TEXT, 1, V)
    expected = np.array([[0, 2, 1], [2, 0, 1], [1, 1, 0]])
    equal(counts, expected, "cooccurrences([0, 1, 0, 2, 1], 1, 3)")
    actual = agrees(submission, reference, "cooccurrences", rng.integers(7, size=40), 1, 7)
    equal(int(actual.sum()), 2 * 39, "the sum of the counts of 40 words with m = 1")


@pytest.mark.task("cooccurrences")
@pytest.mark.points(3)
@pytest.mark.hint("counts[a, b] += 1 counts a repeated pair once: np.add.at counts all of them.")
@pytest.mark.promise("repeated-pairs", "cooccurrences.tokens")
def test_windows(submission, reference, rng):
    """cooccurrences: windows of several words, and pairs that occur many times."""
    for window in (2, 5):
        agrees(submission, reference, "cooccurrences", rng.integers(4, size=60), window, 6)
    agrees(submission, reference, "cooccurrences", np.full(9, int(rng.integers(3))), 2, 3)


@pytest.mark.task("ppmi")
@pytest.mark.points(2.5)
@pytest.mark.hint("log of N_wc D / (N_w N_c); numbers below 0 become 0.")
@pytest.mark.promise("ppmi.counts", "zero-counts")
def test_mutual_information(submission, reference, rng):
    """ppmi: of the README's counts, of drawn ones, and of a word that does not occur."""
    counts = reference.cooccurrences(TEXT, 1, V)
    expected = np.log(np.array([[1, 16 / 9, 8 / 6], [16 / 9, 1, 8 / 6], [8 / 6, 8 / 6, 1]]))
    equal(submission.ppmi(counts), expected, "ppmi of the counts of the README", rtol=1e-9)
    agrees(submission, reference, "ppmi", counts_of(rng, 8))
    counts = rng.integers(1, 30, size=(4, 7)).astype(float)
    counts[rng.integers(4)] = 0  # a word that does not occur
    agrees(submission, reference, "ppmi", counts)


@pytest.mark.task("ppmi")
@pytest.mark.points(1)
@pytest.mark.hint("If w and c are independent, N_wc = N_w N_c / D.")
@pytest.mark.promise("independent-words")
def test_independent_words(submission, reference, rng):
    """ppmi: 0 where words and contexts are independent, and above 0 where they are not."""
    words, contexts = rng.integers(1, 9, size=5), rng.integers(1, 9, size=6)
    product = np.outer(words, contexts).astype(float)
    actual = submission.ppmi(product)
    expect(actual.max() < 1e-9, f"the largest entry is {actual.max():.3g}, and should be 0")
    product[rng.integers(5), rng.integers(6)] *= 4
    agrees(submission, reference, "ppmi", product, atol=1e-9)


@pytest.mark.task("ppmi")
@pytest.mark.points(2.5)
@pytest.mark.hint("Subtract log k before you clip at 0.")
@pytest.mark.promise("negative-sampling-fits-it", "ppmi.shift")
def test_negative_sampling_fits_shifted_pmi(submission, reference, rng):
    """ppmi: negative sampling with k words has its least loss at PMI − log k."""
    counts = counts_of(rng, 7, zeros=0.1)
    drawn = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    for k in (1, 2, 5):
        x = agrees(submission, reference, "ppmi", counts, float(k))
        # J(x) = −N_wc log σ(x) − k N_w N_c / D log σ(−x), for each pair
        slope = -counts / (1 + np.exp(x)) + k * drawn / (1 + np.exp(-x))
        worst = float(np.abs(np.where(x > 0, slope, 0)).max())
        expect(
            worst < 1e-9 * counts.sum(),
            f"for k = {k}, the loss of negative sampling has the slope {worst:.3g} at an entry of "
            "ppmi above 0: there it should be 0",
        )


@pytest.mark.task("truncated_svd")
@pytest.mark.points(2)
@pytest.mark.hint("The first k columns of U, numbers of S and rows of Vᵀ; then the signs.")
@pytest.mark.promise("truncated_svd.returns", "truncated_svd.matrix")
def test_singular_vectors(submission, reference, rng):
    """truncated_svd: vectors, values and signs, of matrices of any shape."""
    for shape, k in (((6, 6), 2), ((7, 4), 4), ((3, 8), 1)):
        agrees(submission, reference, "truncated_svd", rng.normal(size=shape), k)


@pytest.mark.task("truncated_svd")
@pytest.mark.points(1.5)
@pytest.mark.hint("No other matrix of rank k is nearer (Eckart and Young 1936).")
@pytest.mark.promise("best-approximation")
def test_best_approximation(submission, rng):
    """truncated_svd: U S Vᵀ is the matrix of rank k that is nearest."""
    matrix = rng.normal(size=(9, 6))
    values = np.linalg.svd(matrix, compute_uv=False)
    for k in (1, 3, 6):
        U, S, Vt = submission.truncated_svd(matrix, k)
        distance = float(np.linalg.norm(matrix - (U * S) @ Vt))
        least = float(np.sqrt((values[k:] ** 2).sum()))
        equal(distance, least, f"the distance of the approximation of rank {k}", atol=1e-9)


@pytest.mark.task("truncated_svd")
@pytest.mark.points(4)
@pytest.mark.hint("cooccurrences, then ppmi, then truncated_svd: the columns of U.")
@pytest.mark.promise("the-true-vectors")
def test_the_true_vectors_are_found(submission, metric_threshold, rng):
    """The vectors of a language are found from its text: U of five singular vectors spans them."""

    def angles(rng):
        language = LogBilinear(rng)
        counts = submission.cooccurrences(language.sample(20_000), 2, language.vocabulary_size)
        U, *_ = submission.truncated_svd(submission.ppmi(counts), 5)
        yield language.angle(U)

    what = "the largest angle between your vectors and the true ones, in degrees,"
    metric_threshold("angle", angles, rng=rng, direction=LOWER, best=0.0, what=what)


@pytest.mark.task("GloVe")
@pytest.mark.points(3)
@pytest.mark.hint("J = Σ f(X) (w·c + b_w + b_c − log X)², over pairs with X > 0.")
@pytest.mark.promise("GloVe.forward.counts", "pairs-without-count")
def test_glove_loss(submission, reference, rng):
    """GloVe: the loss, with counts above and below x_max, and counts of 0."""
    pair = paired_models(submission, reference, "GloVe", 6, 3, rng=rng)
    pair.same_forward(counts_of(rng, 6))
    pair.same_forward(3.0 * counts_of(rng, 6, zeros=0.7))
    other = {"x_max": 10.0, "power": 0.5}
    paired_models(submission, reference, "GloVe", 5, 2, rng=rng, **other).same_forward(
        counts_of(rng, 5)
    )


@pytest.mark.task("GloVe")
@pytest.mark.points(4)
@pytest.mark.hint("G = 2 f(X) error; then G C, Gᵀ W, and the sums of its rows and columns.")
@pytest.mark.promise("GloVe.backward")
def test_glove_gradients(submission, reference, rng):
    """GloVe: the gradients of both vectors and both biases."""
    paired_models(submission, reference, "GloVe", 5, 3, rng=rng).same_backward(
        counts_of(rng, 5), rng=rng
    )

    def loss(point):
        assign(pair.student, point)
        return pair.student.forward(counts)

    counts = counts_of(rng, 4)
    pair = paired_models(submission, reference, "GloVe", 4, 2, rng=rng)
    point = pair.reference.parameters
    measured = numerical_gradient(loss, point)
    pair.set_parameters(point)
    pair.student.zero_gradients()
    pair.student.forward(counts)
    pair.student.backward(1.0)
    what = "the gradients and numerical ones of your own loss"
    equal(pair.student.gradients, measured, what, rtol=1e-5, atol=1e-6)


@pytest.mark.task("GloVe")
@pytest.mark.points(1)
@pytest.mark.hint("backward adds: self.gradients[...] += ...")
@pytest.mark.promise("adds-up", "GloVe.backward.grad_loss")
def test_glove_used_twice(submission, reference, rng):
    """GloVe: backward adds to the gradients, and multiplies by the gradient of the loss."""
    pair = paired_models(submission, reference, "GloVe", 4, 3, rng=rng)
    first, second = counts_of(rng, 4), counts_of(rng, 4)
    for model in (pair.student, pair.reference):
        for counts, grad_loss in ((first, 1.0), (second, -2.5)):
            model.forward(counts)
            model.backward(grad_loss)
    equal(pair.student.gradients, pair.reference.gradients, "the gradients of two uses")
