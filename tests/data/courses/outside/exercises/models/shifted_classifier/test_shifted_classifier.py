"""Public checks of the classifier: scores, gradients, and what it learns."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, classifier_chunks, paired_models


@pytest.mark.task("ShiftedClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("z = h W with h = shift(x).")
def test_scores_and_gradients(submission, reference, rng):
    """ShiftedClassifier: scores, and gradients of all parameters and of x."""
    pair = paired_models(submission, reference, "ShiftedClassifier", 3, 2, rng=rng)
    x = rng.normal(size=(4, 3))
    pair.same_forward(x)
    pair.same_backward(x, rng=rng)


@pytest.mark.task("share_of_right_answers")
@pytest.mark.points(1)
@pytest.mark.hint("argmax over the classes, then a mean.")
def test_share(submission, reference, rng):
    """share_of_right_answers: of ten answers."""
    agrees(
        submission,
        reference,
        "share_of_right_answers",
        rng.normal(size=(10, 3)),
        rng.integers(3, size=10),
    )


@pytest.mark.task("ShiftedClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("If the checks above pass, this one should.")
def test_accuracy(submission, reference, metric_threshold, rng):
    """ShiftedClassifier: trained to tell two clouds of points apart."""

    def accuracies(rng):
        x, labels = _clouds(400, rng)
        others, answers = _clouds(400, rng)
        model = submission.ShiftedClassifier(2, 2, rng=rng)
        for _ in classifier_chunks(model, x, labels, epochs=4, learning_rate=0.1, rng=rng):
            yield float(np.mean(model.forward(others).argmax(axis=1) == answers))

    metric_threshold("accuracy", accuracies, rng=rng, best=1.0, what="the share of right answers")


def _clouds(count, rng):
    """`count` points around (3, 0) and (0, 3), and the cloud that each belongs to."""
    labels = rng.integers(2, size=count)
    centres = np.array([[3.0, 0.0], [0.0, 3.0]])
    return centres[labels] + rng.normal(scale=0.3, size=(count, 2)), labels
