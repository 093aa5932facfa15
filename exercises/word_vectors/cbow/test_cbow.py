"""Checks of CBOW that you can see: contexts, scores, gradients, and a training on classes."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from autograder.checks import (
    ConfirmableMetric,
    agrees,
    classifier_chunks,
    equal,
    log_softmax,
    overfits,
    paired_models,
    trained_models,
)
from plugins.lectures.languages.word_classes import WordClasses

CLASSES, MEMBERS = 5, 6
#: The largest loss of a word after 32 steps. In trainings of the reference it was below 2.6, and
#: that of uniform scores is log 30 = 3.40.
PREDICTIVE = 3.0

#: The sentence of the lecture, its two centre words, and the ids of its words.
SENTENCE = "problems turning into banking crises as"
WORDS = SENTENCE.split()


def contexts_of(rng, V, shape):
    """Return random contexts, and a mask with at least one word in each row."""
    mask = rng.random(shape) < 0.7
    mask[:, 0] |= ~mask.any(axis=1)
    return rng.integers(V, size=shape), mask


def windows_of(tokens):
    """Return contexts of two words on both sides, their mask, and the words in the middle."""
    t = np.arange(2, len(tokens) - 2)
    contexts = np.stack([tokens[t + j] for j in (-2, -1, 1, 2)], axis=1)
    return (contexts, np.ones(contexts.shape, dtype=bool)), tokens[t]


@pytest.mark.task("context_windows")
@pytest.mark.points(1.25)
@pytest.mark.hint("The word itself is not in its context: j = 0 is left out.")
@pytest.mark.parametrize("center", ["into", "banking"])
def test_windows_of_the_lecture(submission, reference, rng, center):
    """context_windows: the lecture's contexts of *into* and *banking*, m = 2."""
    contexts, mask = submission.context_windows(np.arange(6), 2)
    expected = {"into": [0, 1, 3, 4], "banking": [1, 2, 4, 5]}[center]
    t = WORDS.index(center)
    equal(contexts[t], np.array(expected), f"the ids of the context of '{center}' in: {SENTENCE}")
    equal(mask[t], np.ones(4, dtype=bool), f"the mask of '{center}' in: {SENTENCE}")
    agrees(submission, reference, "context_windows", rng.integers(9, size=6), 2)


@pytest.mark.task("context_windows")
@pytest.mark.points(3)
@pytest.mark.hint("Columns are the offsets −m ... −1, 1 ... m. Outside the text: id 0, mask False.")
@pytest.mark.promise("unchanged")
def test_context_windows(submission, reference, rng):
    """context_windows: ids and mask, also at both ends of the text."""
    for window in (1, 2, 4):
        agrees(submission, reference, "context_windows", rng.integers(1, 9, size=12), window)


@pytest.mark.task("CBOW")
@pytest.mark.points(2.5)
@pytest.mark.hint("Mean of the context's vectors, then its product with each centre vector.")
@pytest.mark.promise("unchanged")
def test_forward(submission, reference, rng):
    """CBOW: the scores are v̄ Uᵀ, with the mean over all words of full contexts."""
    pair = paired_models(submission, reference, "CBOW", 7, 3, rng=rng)
    pair.same_forward(rng.integers(7, size=(5, 4)), np.ones((5, 4), dtype=bool))


@pytest.mark.task("CBOW")
@pytest.mark.points(2.5)
@pytest.mark.hint("Divide by the number of words that are there, not by the number of places.")
def test_forward_with_mask(submission, reference, rng):
    """CBOW: places outside the text are left out of the mean."""
    pair = paired_models(submission, reference, "CBOW", 7, 3, rng=rng)
    contexts, mask = contexts_of(rng, 7, (6, 4))
    scores = pair.same_forward(contexts, mask)
    other = np.where(mask, contexts, 3)
    equal(pair.student.forward(other, mask), scores, "the scores with other ids at masked places")


@pytest.mark.task("CBOW")
@pytest.mark.points(2.5)
@pytest.mark.hint("Each of n words of a context receives 1/n of the gradient of v̄.")
@pytest.mark.promise("CBOW.backward", "unchanged")
def test_backward(submission, reference, rng):
    """CBOW: gradients of both parameters."""
    pair = paired_models(submission, reference, "CBOW", 9, 3, rng=rng)
    pair.same_backward(np.array([[0, 1, 2], [3, 4, 5]]), np.ones((2, 3), dtype=bool), rng=rng)
    pair.same_backward(*contexts_of(rng, 9, (5, 4)), rng=rng)
    large = paired_models(submission, reference, "CBOW", 120, 100, rng=rng, scale=0.1)
    large.many_gradients(
        rng.integers(120, size=(2, 4)), np.ones((2, 4), dtype=bool), rng=rng, passes=80
    )


@pytest.mark.task("CBOW")
@pytest.mark.points(2.5)
@pytest.mark.hint("gradients[ids] += ... keeps one gradient of a repeated id; np.add.at adds all.")
def test_repeated_words(submission, reference, rng):
    """CBOW: a word receives the sum over all its places, and backward adds to the gradients."""
    pair = paired_models(submission, reference, "CBOW", 5, 3, rng=rng)
    contexts, mask = np.array([[2, 2, 1], [2, 4, 2]]), np.ones((2, 3), dtype=bool)
    pair.same_backward(contexts, mask, rng=rng)
    pair.accumulates(contexts, mask, rng=rng)


@pytest.mark.task("CBOW")
@pytest.mark.points(2.5)
@pytest.mark.hint("One −log P for each position, at the word that is there; then the mean.")
@pytest.mark.promise("CBOW.negative_log_likelihood", "finite", "unchanged")
def test_negative_log_likelihood(submission, reference, rng):
    """CBOW: J(θ) of a text is the mean over its positions."""
    pair = paired_models(submission, reference, "CBOW", 7, 3, rng=rng)
    for length, window in ((25, 1), (25, 3), (1, 2)):
        tokens = rng.integers(7, size=length)
        agrees(pair.student, pair.reference, "negative_log_likelihood", tokens, window)
    pair.draw_parameters(rng, scale=70.0)  # scores of ±1e4
    tokens = rng.integers(7, size=25)
    agrees(pair.student, pair.reference, "negative_log_likelihood", tokens, 2)


@pytest.mark.task("CBOW")
@pytest.mark.points(5)
@pytest.mark.hint("Words of one class stand in the same contexts: their vectors must be similar.")
def test_training_finds_the_classes(submission, reference, metric_threshold, rng):
    """CBOW: after training, the nearest words are of the same class."""
    V = CLASSES * MEMBERS
    contexts, centers = rng.permutation(V)[:24].reshape(8, 3), rng.integers(V, size=8)
    small = trained_models(submission, reference, "CBOW", V, 8, rng=rng)
    full = contexts, np.ones((8, 3), dtype=bool)
    overfits(small, full, centers, classes=V, rng=rng)

    def purities(rng):
        language = WordClasses(CLASSES, MEMBERS, rng)
        inputs, centers = windows_of(language.sample(4000))
        models = trained_models(submission, reference, "CBOW", V, 8, rng=rng)
        for _ in classifier_chunks(
            models, inputs, centers, epochs=4, learning_rate=0.05,
            batch_size=256, chunk=32, rng=rng,
        ):  # fmt: skip
            # The parameters as the check has them: the model is not asked for its vectors.
            vectors = models.learned["context_vectors"]
            new = windows_of(language.sample(2000))
            purity = language.purity(vectors)
            confirm = partial(models.evaluate_reference, purity_if_predictive, purity, new)
            yield ConfirmableMetric(purity, confirm)

    share = "the share of nearest neighbours that are of the word's own class (0.17 by chance)"
    metric_threshold("purity", purities, rng=rng, best=1.0, what=share)


def purity_if_predictive(model, purity, windows):
    """Return `purity`, or 0 where the parameters do not predict the words of a new text."""
    inputs, centers = windows
    log_p = log_softmax(model.forward(*inputs))
    loss = -log_p[np.arange(len(centers)), centers].mean()
    return purity if loss < PREDICTIVE else 0.0
