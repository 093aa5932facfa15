"""Hidden checks of a transformer block: other sizes, repeated calls, large numbers, caches."""

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


def block_of(submission, reference, rng, **settings):
    """Return both blocks with 6 features, 3 heads and the same random parameters."""
    return paired_models(submission, reference, "TransformerBlock", 6, 3, rng=rng, **settings)


def words(rng, N=2, T=4):
    """Return words of N texts."""
    return rng.normal(size=(N, T, 6))


@pytest.mark.task("Gelu")
@pytest.mark.points(1)
@pytest.mark.hint("tanh of a large number is 1 or −1: nothing overflows on the way to it.")
@pytest.mark.promise("finite", "dtype")
def test_large_arguments(submission, reference, rng):
    """Gelu: 0, large and small arguments, one number, float32."""
    pair = paired_models(submission, reference, "Gelu")
    z = np.concatenate([[0.0, 1e-9, -1e-9, 1e3, -1e3, 40.0, -40.0], rng.normal(scale=5, size=6)])
    finite(pair.same_forward(z, atol=1e-300), "Gelu.forward of large numbers")
    pair.same_backward(z, rng=rng, atol=1e-14)
    pair.same_forward(z[-1:])
    if in_float32(pair):
        pair.same_backward(z.astype(np.float32), rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task("FeedForward")
@pytest.mark.points(1)
@pytest.mark.hint("Nothing may depend on the size of the hidden layer, or on the number of axes.")
@pytest.mark.promise("FeedForward.forward", "last-forward", "errors")
def test_other_sizes(submission, reference, rng):
    """FeedForward: other hidden sizes, one word, repeated calls, words of another size."""
    for hidden in (None, 1, 5):
        pair = paired_models(submission, reference, "FeedForward", 3, hidden, rng=rng)
        for shape in ((3,), (4, 3), (2, 2, 2, 3)):
            pair.same_backward(rng.normal(size=shape), rng=rng)
    pair.result_is_the_callers(rng.normal(size=(4, 3)), rng=rng)
    refuses(pair.student, "forward", rng.normal(size=(4, 2)))


@pytest.mark.task("TransformerBlock")
@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.points(1.5)
@pytest.mark.hint("The settings go to the parts; backward belongs to the last forward.")
@pytest.mark.promise("last-forward", "dtype", "adds-up", "TransformerBlock.forward.mask")
def test_settings_and_repeated_calls(submission, reference, rng, norm):
    """Hidden sizes, shared keys, masks of each query, one word, repeated calls, float32."""
    settings = {"hidden": 5, "key_value_heads": 1, "causal": True, "norm": norm}
    pair = block_of(submission, reference, rng, **settings)
    x, mask = words(rng), rng.random((2, 4, 4)) < 0.6
    once = pair.student.forward(x)
    pair.same_backward(x, mask, rng=rng)
    pair.gradients_agree(x, mask, rng=rng)
    pair.same_backward(words(rng, N=1, T=1), rng=rng)
    equal(pair.student.forward(x), once, "forward of the same words again")
    pair.result_is_the_callers(x, rng=rng)
    pair.accumulates(x, rng=rng)
    if in_float32(pair):
        single = x.astype(np.float32)
        pair.same_backward(single, mask, rng=rng, rtol=1e-3, atol=1e-4)
        empty = pair.reference.initial_cache(2)
        agrees(pair.student, pair.reference, "step", single, empty, rtol=1e-3, atol=1e-4)


@pytest.mark.task("TransformerBlock")
@pytest.mark.points(1)
@pytest.mark.hint("In evaluation mode nothing is dropped, whatever keep_probability is.")
@pytest.mark.promise("modes", "step-is-forward", "cache-is-shared")
def test_a_cache_with_two_continuations(submission, reference, rng):
    """step: two continuations of one cache, texts in another order, without dropout after eval."""
    pair = block_of(submission, reference, rng, causal=True, keep_probability=0.3)
    student, start = pair.student, words(rng, T=3)
    student.eval()
    pair.reference.eval()
    pair.same_forward(start)
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
    expected = pair.reference.step(more, cache)
    returns_new_arrays(student, "step", more, cache, expected=expected)
