"""Hidden checks of the window classifier."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, paired_models, refuses

V, E, C = 8, 2, 3


@pytest.mark.task("windows")
@pytest.mark.points(1.25)
@pytest.mark.promise("short-sentences", "windows.ids", "windows.size", "windows.raises")
def test_windows_of_one_word_and_of_no_words(submission, reference, rng):
    """windows: m = 0, and an empty sentence."""
    agrees(submission, reference, "windows", rng.integers(1, V, size=4), 0)
    agrees(submission, reference, "windows", np.zeros(0, dtype=np.int64), 2)
    refuses(submission, "windows", np.zeros((2, 3), dtype=np.int64), 1)
    refuses(submission, "windows", np.zeros(3, dtype=np.int64), -1)


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(0.75)
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.promise("WindowClassifier")
def test_other_activations(submission, reference, rng, activation):
    """WindowClassifier: other activations, and a window of one word."""
    pair = paired_models(
        submission, reference, "WindowClassifier", V, E, 0, 4, C, activation=activation, rng=rng
    )
    ids = rng.integers(V, size=(5, 1))
    pair.same_forward(ids)
    pair.same_backward(ids, rng=rng)


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(1.25)
@pytest.mark.promise("order-of-places")
def test_places_matter(submission, reference, rng):
    """WindowClassifier: the order of the words in a window matters."""
    pair = paired_models(submission, reference, "WindowClassifier", V, E, 1, 4, C, rng=rng)
    model, ids = pair.student, np.array([[1, 2, 3], [3, 2, 1]])
    scores, other = pair.same_forward(ids)
    expect(not np.allclose(scores, other), "the scores of [1 2 3] and [3 2 1] are the same")
    equal(
        model.forward(ids[:1])[0], scores, "the scores of a window alone against those in a batch"
    )


@pytest.mark.task("WindowClassifier")
@pytest.mark.points(1.25)
@pytest.mark.promise("gradients", "WindowClassifier.forward.raises", "WindowClassifier.backward")
def test_gradients_add_up(submission, reference, rng):
    """WindowClassifier: a second backward adds to the first; what does not fit raises an error."""
    pair = paired_models(submission, reference, "WindowClassifier", V, E, 1, 4, C, rng=rng)
    refuses(pair.student, "forward", np.zeros((2, 5), dtype=np.int64))
    for wrong in (-1, V):
        refuses(pair.student, "forward", np.array([[0, wrong, 1]]), error=("IndexError",))
    pair.accumulates(rng.integers(V, size=(4, 3)), rng=rng)
