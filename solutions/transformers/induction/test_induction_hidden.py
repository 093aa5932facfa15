"""Hidden checks of induction: other sizes, repeated calls, float32, errors."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, paired_models, refuses

MODEL = "AttentionOnlyTransformer"


def pair_of(submission, reference, rng, V=5, D=4, heads=2, layers=2, **options):
    """Return both models with the same parameters."""
    return paired_models(submission, reference, MODEL, V, D, heads, layers, rng=rng, **options)


@pytest.mark.task("window_mask")
@pytest.mark.points(0.5)
@pytest.mark.hint("The given function at the start of the body raises this error: keep the call.")
@pytest.mark.promise("errors", "window_mask.raises")
def test_windows_without_words(submission):
    """window_mask: no words, and windows of no words, are errors."""
    for length, width in ((0, 2), (3, 0), (-1, 1), (4, -2)):
        refuses(submission, "window_mask", length, width)


@pytest.mark.task(MODEL)
@pytest.mark.points(1)
@pytest.mark.hint("Nothing may depend on the number of layers, heads or texts.")
@pytest.mark.promise("AttentionOnlyTransformer", "sum")
def test_other_sizes(submission, reference, rng):
    """One head, three layers, one text, one word; many parameters."""
    for heads, layers, shape in ((1, 3, (1, 6)), (4, 1, (3, 1)), (2, 2, (4, 3))):
        pair = pair_of(submission, reference, rng, heads=heads, layers=layers)
        pair.same_backward(rng.integers(5, size=shape), rng=rng)
    large = pair_of(submission, reference, rng, 20, 24, scale=0.1)
    large.many_gradients(rng.integers(20, size=(2, 7)), rng=rng)


@pytest.mark.task(MODEL)
@pytest.mark.points(1)
@pytest.mark.hint("backward belongs to the last forward, and adds to self.gradients.")
@pytest.mark.promise("adds-up", "last-forward")
def test_repeated_calls(submission, reference, rng):
    """Calls are independent; gradients of two backward passes add up."""
    pair = pair_of(submission, reference, rng)
    tokens = rng.integers(5, size=(2, 6))
    once = pair.student.forward(tokens)
    pair.same_forward(rng.integers(5, size=(1, 2)))
    equal(pair.student.forward(tokens), once, "forward of the same tokens again")
    pair.result_is_the_callers(tokens, rng=rng)
    pair.accumulates(tokens, rng=rng)
    other = pair_of(submission, reference, rng, 6, 8, 4, 1)
    pair.used_in_turn_with(other, (tokens,), (rng.integers(6, size=(1, 3)),))


@pytest.mark.task(MODEL)
@pytest.mark.points(0.5)
@pytest.mark.hint("The given functions raise these errors: keep their calls.")
@pytest.mark.promise(
    "errors", "AttentionOnlyTransformer.raises", "AttentionOnlyTransformer.forward.raises"
)
def test_sizes_that_do_not_fit(submission, reference, rng):
    """Heads that do not divide, no layer, and tokens that are no texts of the vocabulary."""
    model = pair_of(submission, reference, rng).student
    equal(np.shape(model.forward(np.zeros((2, 3), int))), (2, 3, 5), "the shape of the logits")
    for heads, layers in ((3, 2), (2, 0), (0, 1)):
        refuses(submission, MODEL, 5, 4, heads, layers, rng=rng)
    for tokens in (np.array([[0, 5]]), np.array([[-1, 0]])):
        refuses(model, "forward", tokens, error=("IndexError",))
    for shape in ((3,), (2, 0), (1, 2, 3)):
        refuses(model, "forward", np.zeros(shape, int))


@pytest.mark.task("prefix_matching_score")
@pytest.mark.points(1)
@pytest.mark.hint("All earlier occurrences count, also that of the word right before.")
@pytest.mark.promise("matching", "dtype", "prefix_matching_score.tokens")
def test_matching_of_other_texts(submission, reference, rng):
    """prefix_matching_score: one word again and again, texts without a repetition, float32."""
    for tokens in (np.zeros((1, 5), int), np.array([[0, 1, 2], [2, 2, 1], [1, 0, 1]])):
        weights = rng.random(size=(len(tokens), 2, tokens.shape[1], tokens.shape[1]))
        weights *= np.tri(tokens.shape[1])
        agrees(submission, reference, "prefix_matching_score", weights, tokens)
        single = weights.astype(np.float32)
        agrees(submission, reference, "prefix_matching_score", single, tokens, rtol=1e-5)


@pytest.mark.task("prefix_matching_score")
@pytest.mark.points(0.5)
@pytest.mark.hint("The given function at the start of the body raises these errors.")
@pytest.mark.promise("errors", "prefix_matching_score.raises")
def test_weights_that_do_not_fit(submission, rng):
    """prefix_matching_score: weights of other texts, and texts without a repetition, are errors."""
    tokens = np.array([[1, 2, 1], [0, 0, 0]])
    for shape in ((2, 3, 3), (1, 2, 3, 3), (2, 2, 3, 2), (2, 2, 4, 4)):
        refuses(submission, "prefix_matching_score", rng.random(size=shape), tokens)
    weights = rng.random(size=(2, 2, 3, 3))
    refuses(submission, "prefix_matching_score", weights, np.array([[0, 1, 2], [4, 3, 0]]))
