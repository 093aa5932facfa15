"""Public checks of word2vec: pairs, probabilities, gradients, and a training that finds classes."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from autograder.checks import (
    ConfirmableMetric,
    agrees,
    classifier_chunks,
    equal,
    expect,
    log_softmax,
    overfits,
    paired_models,
    trained_models,
)
from plugins.lectures.languages.word_classes import WordClasses

CLASSES, MEMBERS = 5, 6
#: The largest loss of a pair after training. In 60 trainings of the reference it was 3.34; the
#: best possible one is 3.27, and that of uniform scores is log 30 = 3.40.
PREDICTIVE = 3.37


def probabilities(scores):
    """Return the softmax of `scores` over the last axis, computed by the check itself."""
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def pairs_of(tokens):
    """Return centre and outside words of a text, with two words on both sides."""
    t = np.arange(2, len(tokens) - 2)
    centers = np.concatenate([tokens[t] for _ in (-2, -1, 1, 2)])
    return centers, np.concatenate([tokens[t + j] for j in (-2, -1, 1, 2)])


@pytest.mark.task("context_pairs")
@pytest.mark.points(2)
@pytest.mark.hint("The first word has no left neighbour: skip positions outside the text.")
def test_context_pairs_by_hand(submission, reference, rng):
    """context_pairs: the worked example of the README."""
    centers, outsides = submission.context_pairs(np.array([4, 7, 2, 7]), 1)
    equal(centers, np.array([4, 7, 7, 2, 2, 7]), "the centre ids of the text 4 7 2 7, window 1")
    equal(outsides, np.array([7, 4, 2, 7, 7, 2]), "the outside ids of the text 4 7 2 7, window 1")
    agrees(submission, reference, "context_pairs", rng.integers(9, size=5), 1)


@pytest.mark.task("context_pairs")
@pytest.mark.points(2)
@pytest.mark.hint("By centre position t first, then by offset j from −m to m, leaving out j = 0.")
def test_context_pairs_order(submission, reference, rng):
    """context_pairs: ordered by centre position, then by offset."""
    for window in (1, 2, 4):
        agrees(submission, reference, "context_pairs", rng.integers(9, size=20), window)


@pytest.mark.task("softmax")
@pytest.mark.points(2)
@pytest.mark.hint("Sum over the last axis only, with keepdims=True so that the division lines up.")
@pytest.mark.promise("unchanged", "dtype")
def test_softmax_rows(submission, reference, rng):
    """softmax: each row becomes a distribution."""
    p = agrees(submission, reference, "softmax", rng.normal(size=(4, 6)))
    equal(p.sum(axis=-1), np.ones(4), "the sum of each row of softmax(scores)")
    agrees(submission, reference, "softmax", rng.normal(size=5))
    single = rng.normal(size=5).astype(np.float32)
    agrees(submission, reference, "softmax", single, rtol=1e-5)


@pytest.mark.task("softmax")
@pytest.mark.points(2)
@pytest.mark.hint("exp(1e4) overflows: subtract the largest score of each row first.")
@pytest.mark.promise("softmax")
def test_softmax_large_scores(submission, reference, rng):
    """softmax: scores of ±1e4."""
    scores = np.array([[1e4, 1e4 - 1.0, -1e4], [-1e4, -1e4 - 1.0, -1e4 - 2.0]])
    agrees(submission, reference, "softmax", scores)
    agrees(submission, reference, "softmax", rng.normal(scale=1e4, size=(2, 3)))


@pytest.mark.task("naive_softmax")
@pytest.mark.points(2)
@pytest.mark.hint("The logarithm of the probability of the outside word, with a minus sign.")
def test_naive_softmax_loss(submission, rng):
    """naive_softmax: the loss is −log P(o|c)."""
    v_c, U = rng.normal(size=3), rng.normal(size=(5, 3))
    loss, _, _ = submission.naive_softmax(v_c, 2, U)
    equal(loss, float(-np.log(probabilities(U @ v_c)[2])), "the loss")
    far, _, _ = submission.naive_softmax(np.ones(1), 1, np.array([[1e4], [-1e4]]))
    equal(far, 2e4, "the loss of a word with the score −1e4 beside one with 1e4")


@pytest.mark.task("naive_softmax")
@pytest.mark.points(2)
@pytest.mark.hint("Both gradients come from P − y: Uᵀ(P − y), and (P − y) times v_c row by row.")
@pytest.mark.promise("unchanged")
def test_naive_softmax_gradients(submission, reference, rng):
    """naive_softmax: the gradients are Uᵀ(P − y) and (P − y) v_cᵀ, one row per word."""
    v_c, U = rng.normal(size=3), rng.normal(size=(5, 3))
    error = probabilities(U @ v_c)
    error[2] -= 1.0
    _, d_center, d_outside = agrees(submission, reference, "naive_softmax", v_c, 2, U)
    equal(d_center, U.T @ error, "the gradient of v_c")
    equal(d_outside, np.outer(error, v_c), "the gradient of all outside vectors")


@pytest.mark.task("SkipGram")
@pytest.mark.points(2)
@pytest.mark.hint("Row i of the scores: the vector of centre word i times each outside vector.")
def test_skip_gram_forward(submission, reference, rng):
    """SkipGram: the scores are v_c Uᵀ."""
    pair = paired_models(submission, reference, "SkipGram", 7, 3, rng=rng)
    pair.same_forward(np.array([4, 0, 6, 4]))


@pytest.mark.task("SkipGram")
@pytest.mark.points(2)
@pytest.mark.hint("With G = grad_scores: Gᵀ v_c for U, and row i of G U for the i-th centre word.")
@pytest.mark.promise("SkipGram.backward")
def test_skip_gram_backward(submission, reference, rng):
    """SkipGram: gradients of both parameters, for three different centre words."""
    pair = paired_models(submission, reference, "SkipGram", 7, 3, rng=rng)
    pair.same_backward(np.array([1, 5, 2]), rng=rng)
    large = paired_models(submission, reference, "SkipGram", 120, 100, rng=rng, scale=0.1)
    large.many_gradients(rng.integers(120, size=2), rng=rng, passes=100)


@pytest.mark.task("SkipGram")
@pytest.mark.points(2)
@pytest.mark.hint("gradients[ids] += ... keeps one gradient of a repeated id; np.add.at adds all.")
def test_skip_gram_repeated_words(submission, reference, rng):
    """SkipGram: a repeated centre word receives the sum, and backward adds to the gradients."""
    pair = paired_models(submission, reference, "SkipGram", 7, 3, rng=rng)
    pair.same_backward(np.array([4, 0, 4, 4, 6, 0]), rng=rng)
    pair.accumulates(np.array([4, 0, 4]), rng=rng)


@pytest.mark.task("SkipGram")
@pytest.mark.points(2)
@pytest.mark.hint("Sum −log P over all pairs, then divide by the number of words, not of pairs.")
def test_negative_log_likelihood(submission, reference, rng):
    """SkipGram: J(θ) of a text is the mean over its positions."""
    pair = paired_models(submission, reference, "SkipGram", 7, 3, rng=rng)
    tokens = rng.integers(7, size=30)
    for window in (1, 3):
        expected = pair.reference.negative_log_likelihood(tokens, window)
        actual = pair.student.negative_log_likelihood(tokens, window)
        equal(actual, expected, f"J(θ) of 30 words with window {window}", rtol=1e-7)


@pytest.mark.task("SkipGram")
@pytest.mark.points(5)
@pytest.mark.hint("Words of one class have the same neighbours: their vectors must become similar.")
def test_training_finds_the_classes(submission, reference, metric_threshold, plot, rng):
    """SkipGram: after training, the nearest words are of the same class."""
    V = CLASSES * MEMBERS
    centers, outsides = rng.permutation(V)[:8], rng.integers(V, size=8)
    small = trained_models(submission, reference, "SkipGram", V, 8, rng=rng)
    overfits(small, centers, outsides, classes=V, rng=rng)

    def purities(rng):
        language = WordClasses(CLASSES, MEMBERS, rng)
        centers, outsides = pairs_of(language.sample(2000))
        models = trained_models(submission, reference, "SkipGram", V, 8, rng=rng)
        for _ in classifier_chunks(
            models, centers, outsides, epochs=2, learning_rate=0.05,
            batch_size=256, chunk=8, rng=rng,
        ):  # fmt: skip
            # The parameters as the check has them: the model is not asked for its vectors.
            vectors = models.learned["center_vectors"]
            trained[:] = [vectors[language.ids]]
            new = pairs_of(language.sample(2000))
            purity = language.purity(vectors)
            confirm = partial(models.evaluate_reference, purity_if_predictive, purity, new)
            yield ConfirmableMetric(purity, confirm)

    share = "the share of nearest neighbours that are of the word's own class (0.17 by chance)"
    trained = []
    try:
        metric_threshold("purity", purities, rng=rng, best=1.0, what=share)
    finally:
        if trained:
            draw_map(plot, trained[0])


def draw_map(plot, vectors):
    """Draw the words along the two directions in which their vectors differ most."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(unit).all():
        return
    centred = unit - unit.mean(axis=0)
    places = centred @ np.linalg.svd(centred)[2][:2].T
    names = [f"{'abcde'[w // MEMBERS]}{w % MEMBERS + 1}" for w in range(len(vectors))]
    plot.points(
        "Your word vectors: words of one class have the same letter",
        dict(zip(names, places, strict=True)),
        x_label="first principal component",
        y_label="second principal component",
    )


def purity_if_predictive(model, purity, pairs):
    """Return `purity`, or 0 where the parameters do not predict the words of a new text."""
    centers, outsides = pairs
    log_p = log_softmax(model.forward(centers))
    loss = -log_p[np.arange(len(outsides)), outsides].mean()
    return purity if loss < PREDICTIVE else 0.0


#: The lecture's sentence: its window of two words around "into" and around "banking".
LECTURE = ["problems", "turning", "into", "banking", "crises", "as"]
AROUND = {
    "into": ["problems", "turning", "banking", "crises"],
    "banking": ["turning", "into", "crises", "as"],
}


@pytest.mark.task("context_pairs")
@pytest.mark.points(0.5)
@pytest.mark.hint("m = 2: two words on both sides of the centre word, but not the centre word.")
def test_windows_of_the_lecture(submission, rng):
    """context_pairs: the lecture's windows around *into* and *banking*, m = 2."""
    ids = rng.permutation(6)
    words = [LECTURE[index] for index in np.argsort(ids)]
    centers, outsides = submission.context_pairs(ids, 2)
    for word, expected in AROUND.items():
        actual = [words[o] for c, o in zip(centers, outsides, strict=True) if words[c] == word]
        equal(actual, expected, f"the outside words of '{word}' in: {' '.join(LECTURE)}")


@pytest.mark.task("naive_softmax")
@pytest.mark.points(0.5)
@pytest.mark.hint("P(problems | into) is exp of minus the loss of this pair.")
def test_problems_given_into(submission, rng):
    """naive_softmax: P(u_problems | v_into) and all other P(w | into) sum to 1."""
    v_into, U = rng.normal(size=3), rng.normal(size=(6, 3))
    P = [float(np.exp(-submission.naive_softmax(v_into, w, U)[0])) for w in range(6)]
    equal(P[LECTURE.index("problems")], float(probabilities(U @ v_into)[0]), "P(problems | into)")
    equal(sum(P), 1.0, "the sum of P(w | into) over the six words of the lecture's sentence")


@pytest.mark.task("naive_softmax")
@pytest.mark.points(0.25)
@pytest.mark.hint("The gradient of u_o is (P(o|c) − 1) v_c.")
def test_a_certain_word_does_not_move(submission, rng):
    """naive_softmax: as P(o|c) → 1, the gradients of u_o and of v_c go to 0."""
    U, previous = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]), np.inf
    for scale in np.array([1.0, 4.0, 16.0, 64.0]) * rng.uniform(1, 1.5):
        loss, d_center, d_outside = submission.naive_softmax(np.array([scale, 0.0]), 0, U)
        P = float(np.exp(-loss))
        equal(d_outside[0], np.array([(P - 1) * scale, 0.0]), "the gradient of u_o", atol=1e-14)
        size = float(np.abs(d_outside[0]).max() + np.abs(d_center).max())
        expect(size < previous, f"gradients of size {size:.3g} where P(o|c) = {P:.6g}: they vanish")
        previous = size
    expect(previous < 1e-12, f"gradients of size {previous:.3g} where P(o|c) is 1: they are 0")


@pytest.mark.task("softmax")
@pytest.mark.points(0.25)
@pytest.mark.hint("exp makes every score positive, and large scores much larger than small ones.")
def test_soft_and_max(submission, rng):
    """softmax: soft, since no probability is 0; max, since the largest score gets most."""
    scores = np.cumsum(rng.uniform(1, 1.2, size=3))
    p = submission.softmax(scores)
    equal(p, probabilities(scores), f"softmax({scores.round(3)})")
    expect(bool(np.all(p > 0)), "a small score keeps some probability")
    expect(p[2] > 3 / 6, f"{p[2]:.2f} for the largest score: more than its share 3/6 of the scores")
    nearly = submission.softmax(50 * scores)
    equal(nearly, np.array([0.0, 0.0, 1.0]), "softmax of 50 times these scores", atol=1e-20)


@pytest.mark.task("SkipGram")
@pytest.mark.points(0.5)
@pytest.mark.hint("J(θ) = −1/T log L(θ), so L(θ) = exp(−T J(θ)).")
def test_likelihood(submission, reference, rng):
    """SkipGram: L(θ) is the product over all pairs; for a long text it is 0, but J(θ) is not."""
    pair = paired_models(submission, reference, "SkipGram", 7, 3, rng=rng)
    tokens, theta = rng.integers(7, size=6), pair.reference.parameters
    P = probabilities(theta["center_vectors"] @ theta["outside_vectors"].T)
    product = 1.0
    for t in range(6):
        for j in (-2, -1, 1, 2):
            product *= P[tokens[t], tokens[t + j]] if 0 <= t + j < 6 else 1.0
    equal(pair.student.likelihood(tokens, 2), float(product), "L(θ) of six words with window 2")
    text = rng.integers(7, size=400)
    equal(pair.student.likelihood(text, 2), 0.0, "L(θ) of 400 words, which no float64 can hold")
    J = pair.student.negative_log_likelihood(text, 2)
    expect(4 < J < 40, f"J(θ) of the same 400 words is {J:.4g}: its logarithms are added")
