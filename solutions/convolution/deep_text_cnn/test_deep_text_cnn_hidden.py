"""Hidden checks of the very deep network: sizes, batches of one text, repeated calls, errors."""

import numpy as np
import pytest

from autograder.checks import equal, in_float32, paired_models, refuses

RTOL, ATOL = 1e-7, 1e-9


def network(submission, reference, rng, *args, **settings):
    """Paired networks with random parameters."""
    sizes = {"embedding_size": 2, "hidden_size": 4} | settings
    return paired_models(submission, reference, "DeepTextCNN", *args, rng=rng, **sizes)


def at_test_time(pair, x):
    """Run both models on x in training, then switch them to test time."""
    for model in (pair.student, pair.reference):
        model.forward(x)
        model.eval()
    return pair


@pytest.mark.task("ConvBlock")
@pytest.mark.points(3.5)
@pytest.mark.hint("Nothing may depend on particular sizes; project exists only where D ≠ C.")
@pytest.mark.promise("ConvBlock", "dtype")
def test_any_block(submission, reference, rng):
    """ConvBlock: one channel; one text, one step; without a shortcut; float32."""
    for D, C, shortcut in ((1, 1, True), (5, 1, True), (1, 3, False)):
        pair = paired_models(submission, reference, "ConvBlock", D, C, shortcut, rng=rng)
        for N, T in ((1, 2), (3, 1), (2, 5)):
            pair.same_backward(rng.normal(size=(N, T, D)), rng=rng, rtol=1e-6, atol=1e-6)
    pair = paired_models(submission, reference, "ConvBlock", 2, 3, rng=rng)
    if in_float32(pair):
        x = rng.normal(size=(4, 5, 2)).astype(np.float32)
        pair.same_backward(x, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("ConvBlock")
@pytest.mark.points(1)
@pytest.mark.hint("x must not change: z += ... changes x where z is x.")
@pytest.mark.promise("adds-gradients", "independent-calls")
def test_block_used_twice(submission, reference, rng):
    """Gradients add up, and backward belongs to the last forward."""
    pair = paired_models(submission, reference, "ConvBlock", 2, 2, rng=rng)
    at_test_time(pair, rng.normal(size=(2, 3, 2)))
    pair.accumulates(rng.normal(size=(3, 4, 2)), rng=rng)


@pytest.mark.task("DeepTextCNN")
@pytest.mark.points(3.5)
@pytest.mark.hint("The shape of the pooled text is (N, k, 8M); take it from forward.")
@pytest.mark.promise("DeepTextCNN.depth,shortcut", "cut-or-padded")
def test_any_network(submission, reference, rng):
    """Depth 29, odd lengths, a k larger than the length, three maps, one class.

    At test time only: in training, a batch norm divides the rounding errors of a constant map by
    their own scale, and after many layers only such errors are left.
    """
    for V, C, length, depth, maps, k in (
        (4, 1, 7, 29, 1, 1),
        (9, 5, 21, 9, 3, 4),
        (3, 2, 2, 17, 1, 3),
    ):
        for shortcut in (True, False):
            args = V, C, length, depth, maps
            pair = network(submission, reference, rng, *args, k=k, shortcut=shortcut)
            ids = rng.integers(V, size=(5, length))
            for model in (pair.student, pair.reference):
                model.eval()
            pair.same_backward(ids, rng=rng, rtol=1e-6, atol=1e-8)


@pytest.mark.task("DeepTextCNN")
@pytest.mark.points(1)
@pytest.mark.hint("At test time nothing is computed from the batch.")
@pytest.mark.promise("alone-at-test-time", "padding-is-read")
def test_a_text_alone(submission, reference, rng):
    """At test time, the scores of a text do not depend on its batch or on more padding."""
    ids = rng.integers(1, 6, size=(3, 9))
    pair = at_test_time(network(submission, reference, rng, 6, 3, 12, 9, 2, k=2), ids)
    model, scores = pair.student, pair.same_forward(ids, rtol=1e-6, atol=1e-8)
    equal(model.forward(ids[1:2]), scores[1:2], "the scores of a batch of one text", rtol=RTOL)
    wider = np.pad(ids, ((0, 0), (0, 8)))
    equal(model.forward(wider), scores, "the scores of texts with more padding", rtol=RTOL)


@pytest.mark.task("DeepTextCNN")
@pytest.mark.points(1)
@pytest.mark.hint("backward needs the ids of the last forward, cut or padded.")
@pytest.mark.promise("independent-calls", "dtype")
def test_repeated_calls(submission, reference, rng):
    """Backward belongs to the last forward; float32 stays float32."""
    pair = network(submission, reference, rng, 6, 3, 8, 9, 2, k=1)
    pair.same_backward(rng.integers(6, size=(6, 8)), rng=rng, rtol=1e-6, atol=1e-7)
    pair.same_backward(rng.integers(6, size=(5, 3)), rng=rng, rtol=1e-6, atol=1e-7)
    pair = network(submission, reference, rng, 6, 3, 8, 9, 2, k=1)
    if in_float32(pair):
        at_test_time(pair, rng.integers(6, size=(6, 8)))
        pair.same_backward(rng.integers(6, size=(4, 9)), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("DeepTextCNN")
@pytest.mark.points(1)
@pytest.mark.hint("The checks of the arguments are given: keep them.")
@pytest.mark.promise("DeepTextCNN.raises", "DeepTextCNN.forward.raises")
def test_what_does_not_fit(submission, rng):
    """Other depths, a length of 0, and ids outside 0 ... V−1 are errors."""
    for depth, length in ((10, 8), (9, 0)):
        refuses(submission, "DeepTextCNN", 5, 2, length, depth, 1, hidden_size=2, rng=rng)
    model = submission.DeepTextCNN(5, 2, 8, 9, 1, hidden_size=2, k=1, rng=rng)
    for wrong in (5, -1):
        ids = np.array([[1, 2], [3, wrong]])
        refuses(model, "forward", ids, error=("IndexError",))
