"""Hidden checks of the network for sentences: sizes, empty texts, padding, word order, errors."""

import numpy as np
import pytest

from autograder.checks import assign, equal, expect, in_float32, paired_models, refuses
from framework.data.batching import pad

RTOL = 1e-7
V, E, C, K = 8, 3, 2, 3

pytestmark = pytest.mark.task("TextCNN")


def pair_of(submission, reference, rng, *sizes, **settings):
    """Paired models in evaluation mode."""
    sizes = sizes or (V, E, C, K)
    pair = paired_models(submission, reference, "TextCNN", *sizes, rng=rng, **settings)
    pair.student.eval()
    pair.reference.eval()
    return pair


@pytest.mark.points(1)
@pytest.mark.hint("Nothing in the network may depend on particular sizes.")
@pytest.mark.promise("TextCNN.maps,widths", "TextCNN.forward.ids")
def test_any_shape(submission, reference, rng):
    """A batch of one, a text of one word, one class, the same width three times."""
    for sizes, widths, shape in [
        ((2, 1, 1, 1), (1,), (1, 1)),
        ((7, 4, 3, 5), (2, 2, 2), (3, 6)),
        ((9, 2, 5, 2), (6, 1), (2, 3)),
    ]:
        pair = pair_of(submission, reference, rng, *sizes, widths=widths)
        ids = rng.integers(sizes[0], size=shape)
        ids[:, 0] = 1
        pair.same_forward(ids, rtol=RTOL)
        pair.same_backward(ids, rng=rng, rtol=RTOL, atol=1e-12)


@pytest.mark.points(0.5)
@pytest.mark.hint("Where a text has no words, z is 0 for any b of the filters.")
@pytest.mark.promise("only-b-without-words", "no-words")
def test_backward_of_empty_texts(submission, reference, rng):
    """A text without words gives a gradient to the last b only; padding in the middle is 0."""
    pair = pair_of(submission, reference, rng)
    pair.same_backward(np.array([[0, 0, 0], [2, 0, 5]]), rng=rng, rtol=RTOL, atol=1e-12)
    pair.same_backward(np.zeros((2, 3), int), rng=rng, rtol=RTOL)
    # With positive outputs everywhere, a window that wins in an empty text would be seen.
    assign(pair.student, {"conv_1.b": np.full(C, 9.0)})
    assign(pair.reference, {"conv_1.b": np.full(C, 9.0)})
    pair.same_forward(np.array([[0, 0, 0], [2, 0, 5]]), rtol=RTOL)


@pytest.mark.points(0.5)
@pytest.mark.hint("The vector of padding is 0, for any row 0 of the tables.")
@pytest.mark.promise("any-padding-vector")
def test_row_of_the_padding(submission, reference, rng):
    """The values in the padding's row of the embedding do not matter."""
    vectors = rng.normal(size=(V, E))
    pair = pair_of(submission, reference, rng, vectors=vectors, channels="both")
    model, ids = pair.student, np.array([[1, 4, 0, 0], [2, 0, 3, 5]])
    logits = pair.same_forward(ids, rtol=RTOL)
    embedding = model.parameters["embedding"]
    embedding[0] += 7
    assign(model, {"embedding": embedding})
    equal(model.forward(ids), logits, "the logits after a change of the padding's row", rtol=RTOL)


@pytest.mark.points(0.5)
@pytest.mark.hint(
    "The maximum of a filter does not depend on its place; each window reads in order."
)
@pytest.mark.promise("maximum-of-windows")
def test_places_and_order(submission, reference, rng):
    """A phrase has the same score at every place; in reversed order it has another one."""
    model = pair_of(submission, reference, rng, 8, 7, 1, 1, widths=(2,)).student
    W = np.zeros((2, 7, 1))
    W[0, 0], W[1, 1] = 1, 1  # the first word of a window is 1, the second is 2
    embedding = np.vstack([np.zeros(7), np.eye(7)])
    parameters = {"W": np.ones((1, 1)), "b": np.zeros(1), "conv_1.b": np.zeros(1)}
    assign(model, parameters | {"embedding": embedding, "conv_1.W": W})
    ids = np.array([[1, 2, 5, 6, 7], [5, 6, 1, 2, 7], [5, 6, 7, 1, 2], [2, 1, 5, 6, 7]])
    actual = model.forward(ids)[:, 0]  # scaled by p = 1/2
    equal(actual, np.array([1.0, 1.0, 1.0, 0.5]), "the maxima of a filter for 1 2", rtol=RTOL)


@pytest.mark.points(0.5)
@pytest.mark.hint("Use no float64 array, also not for the mask and the static vectors.")
@pytest.mark.promise("dtype")
def test_float32(submission, reference, rng):
    """float32 parameters make float32 logits, in all channels."""
    vectors = rng.normal(size=(V, E))
    pair = pair_of(submission, reference, rng, vectors=vectors, channels="both")
    if in_float32(pair):
        ids = pad([rng.integers(1, V, size=n) for n in (6, 3)])
        pair.same_backward(ids, rng=rng, rtol=1e-3, atol=1e-5)
        pair.student.train()
        expect(pair.student.forward(ids).dtype == np.float32, "in training, logits are not float32")


@pytest.mark.points(0.5)
@pytest.mark.hint("check_ids and _check_settings raise these errors: both are given.")
@pytest.mark.promise("TextCNN.forward.raises", "TextCNN.raises")
def test_what_does_not_fit(submission, reference, rng):
    """Ids out of range and invalid settings are errors."""
    pair = pair_of(submission, reference, rng)
    pair.same_forward(np.array([[1, V - 1]]), rtol=RTOL)
    for ids in ([[1, V]], [[-1, 1]]):
        refuses(pair.student, "forward", np.array(ids), error=("IndexError", "ValueError"))
    vectors = rng.normal(size=(V, E))
    for settings in (
        {"channels": "static"},
        {"channels": "frozen", "vectors": vectors},
        {"vectors": vectors[1:]},
        {"widths": ()},
        {"widths": (0,)},
        {"max_norm": 0.0},
        {"keep_probability": 0.0},
    ):
        refuses(submission, "TextCNN", V, E, C, K, rng=rng, **settings)
