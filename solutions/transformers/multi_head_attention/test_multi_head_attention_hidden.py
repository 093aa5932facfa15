"""Hidden checks of several heads of attention: masks with gaps, shared caches, repeated calls."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    equal,
    finite,
    in_float32,
    paired_models,
    refuses,
    returns_new_arrays,
)


def pair_of(submission, reference, rng, heads=2, **settings):
    """Return both models with 6 features and the same random parameters."""
    name = "MultiHeadAttention"
    return paired_models(submission, reference, name, 6, heads, rng=rng, **settings)


def words(rng, N=2, T=4):
    """Return words of N texts."""
    return rng.normal(size=(N, T, 6))


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(2)
@pytest.mark.hint("A word without any key: weights 0, the output 0, and no gradient to keys.")
@pytest.mark.promise("no-key", "both-masks", "MultiHeadAttention.forward.mask")
@pytest.mark.parametrize("causal", [False, True], ids=["both directions", "causal"])
def test_masks_of_each_query(submission, reference, rng, causal):
    """Masks (N, T, T) with gaps, words and texts without any key."""
    pair = pair_of(submission, reference, rng, 2, causal=causal)
    x, mask = words(rng), rng.random((2, 4, 4)) < 0.6
    mask[rng.integers(2), rng.integers(4)] = False
    pair.same_backward(x, mask, rng=rng)
    pair.gradients_agree(x, mask, rng=rng)
    gaps = np.array([[False, True, False, True], [False] * 4])
    pair.same_backward(x, gaps, rng=rng)
    y = pair.student.forward(x, gaps)
    equal(y[1], np.zeros((4, 6)), "forward of a text without any key", atol=0.0)
    if causal:
        equal(y[0, 0], np.zeros(6), "the first word, if its own key is masked", atol=0.0)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(2)
@pytest.mark.hint("forward and backward may use no attribute that step sets, and no view of y.")
@pytest.mark.promise("last-forward", "step-keeps-forward", "adds-up")
def test_repeated_calls(submission, reference, rng):
    """Calls do not affect each other, also steps between forward and backward."""
    pair = pair_of(submission, reference, rng, 6, key_value_heads=3, causal=True)
    x, grad = words(rng), rng.normal(size=(2, 4, 6))
    once = pair.student.forward(x)
    pair.same_forward(words(rng, N=1, T=1))
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "forward of the same words again")
    pair.result_is_the_callers(x, rng=rng)
    pair.accumulates(x, rng=rng)
    pair.student.forward(x)
    expected = pair.student.backward(grad)
    pair.student.forward(x)
    pair.student.step(words(rng, N=3, T=2), pair.student.initial_cache(3))
    equal(pair.student.backward(grad), expected, "backward after a step", rtol=1e-12)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(2.5)
@pytest.mark.hint("np.concatenate makes new arrays: the old cache stays, and others may use it.")
@pytest.mark.promise("cache-is-shared", "MultiHeadAttention.step.cache", "cache-shapes")
def test_a_cache_with_two_continuations(submission, reference, rng):
    """step: two continuations of one cache, texts in another order, and a long past."""
    pair = pair_of(submission, reference, rng, 3, causal=True)
    start, student = words(rng, T=3), pair.student
    _, cache = student.step(start, student.initial_cache(2))
    for T in (1, 2):
        more = words(rng, T=T)
        whole = student.forward(np.concatenate([start, more], axis=1))
        y, _ = agrees(student, pair.reference, "step", more, cache)
        equal(y, whole[:, 3:], f"step of {T} words after 3 others, compared with forward")
    order, last = np.array([1, 1, 0]), words(rng, N=3, T=1)
    whole = student.forward(np.concatenate([start[order], last], axis=1))
    y, _ = student.step(last, tuple(array[order] for array in cache))
    equal(y, whole[:, 3:], "step with the texts of the cache in another order")
    cache = student.initial_cache(2)
    for text in np.split(words(rng, T=60), [59], axis=1):
        before, (_, cache) = cache, agrees(student, pair.reference, "step", text, cache)
    expected = pair.reference.step(text, before)
    returns_new_arrays(student, "step", text, before, expected=expected)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(1.5)
@pytest.mark.hint("Nothing may depend on T > 1, on several texts, on d > 1, or on float64.")
@pytest.mark.promise("dtype", "shared", "finite")
def test_sizes_and_float32(submission, reference, rng):
    """One word, one text, heads of one feature, one head of keys for all; large scores; float32."""
    for heads, shared in ((1, 1), (6, 1), (6, 6), (6, 2)):
        pair = pair_of(submission, reference, rng, heads, key_value_heads=shared, causal=True)
        pair.same_backward(words(rng), rng=rng)
        word = words(rng, T=1)
        pair.same_backward(word, rng=rng)
        equal(pair.student.weights, np.ones((2, heads, 1, 1)), "the weights of one word")
        finite(pair.same_forward(1e3 * words(rng, N=1)), "the output for large scores")
        if in_float32(pair):
            single = words(rng).astype(np.float32)
            pair.same_forward(single, np.arange(4) < np.array([[4], [2]]), rtol=1e-4, atol=1e-5)
            empty = pair.reference.initial_cache(2)
            agrees(pair.student, pair.reference, "step", single, empty, rtol=1e-4, atol=1e-5)


@pytest.mark.task("MultiHeadAttention")
@pytest.mark.points(1)
@pytest.mark.hint("The given functions at the end of the file raise these errors: keep the calls.")
@pytest.mark.promise("errors", "MultiHeadAttention.step.raises")
def test_caches_that_do_not_fit(submission, reference, rng):
    """step: a cache of another batch or of other sizes, and an attention that is not causal."""
    pair = pair_of(submission, reference, rng, 3, causal=True)
    x, cache = words(rng), pair.reference.initial_cache(2)
    agrees(pair.student, pair.reference, "step", x, cache)
    keys, _ = cache
    refuses(pair.student, "step", words(rng, N=3), cache)
    refuses(pair.student, "step", x[..., :5], cache)
    for shape in ((2, 2, 0, 2), (2, 3, 0, 3), (2, 3, 1, 2)):
        refuses(pair.student, "step", x, (keys, np.zeros(shape)))
    refuses(pair_of(submission, reference, rng).student, "step", x, cache)
