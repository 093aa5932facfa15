"""Public checks of the radial classifier."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import classifier_chunks, paired_models


@pytest.mark.task("RadialClassifier")
@pytest.mark.points(2)
@pytest.mark.hint("Each layer's backward takes what the next one's returned.")
def test_gradients(submission, reference, rng):
    """RadialClassifier: scores, and the gradients of all parameters and of x."""
    pair = paired_models(submission, reference, "RadialClassifier", 2, 3, 2, rng=rng)
    x = rng.normal(size=(4, 2))
    pair.same_forward(x)
    pair.same_backward(x, rng=rng)


@pytest.mark.task("RadialClassifier")
@pytest.mark.points(2)
@pytest.mark.promise("ring")
@pytest.mark.hint("Where the check above passes, this one does too.")
def test_learns(submission, metric_threshold, rng):
    """RadialClassifier: trained to tell a ring from its middle."""

    def accuracies(rng):
        x, labels = _ring(400, rng)
        unseen, answers = _ring(400, rng)
        model = submission.RadialClassifier(2, 12, 2, rng=rng)
        for _ in classifier_chunks(model, x, labels, epochs=12, learning_rate=0.1, rng=rng):
            yield float(np.mean(model.forward(unseen).argmax(axis=1) == answers))

    metric_threshold("accuracy", accuracies, rng=rng, best=1.0, what="the share of right answers")


def _ring(count, rng):
    """Return points near the origin or on a ring of radius 3, and 1 for the ring."""
    labels = rng.integers(2, size=count)
    angle = rng.uniform(0, 2 * np.pi, size=count)
    middle = rng.normal(scale=0.3, size=(count, 2))
    return middle + 3 * labels[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), labels
