"""Hidden checks of blockwise_attention: extreme scores, a long text, a second use, errors."""

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

#: Its scores of all pairs take 288 MiB, and the worker may use 256 (`memory` of exercise.toml).
LONG = 6144


def inputs(rng, N=2, Q=5, K=5, D=3, E=2):
    """Return queries, keys and values."""
    shapes = ((N, Q, D), (N, K, D), (N, K, E))
    return tuple(rng.normal(size=shape) for shape in shapes)


@pytest.mark.task("add_block")
@pytest.mark.points(2.5)
@pytest.mark.hint("Subtract the new m before exp, from the scores and from the old m.")
@pytest.mark.promise("finite", "dtype", "unchanged", "add_block.state")
def test_extreme_scores(submission, reference, rng):
    """add_block: scores of ±1e4 in any order, and float32."""
    for order in ((-1e4, 0.0, 1e4), (1e4, -1e4, 0.0)):
        state = np.full((2, 3, 1), -np.inf), np.zeros((2, 3, 1)), np.zeros((2, 3, 2))
        for size in order:
            scores, values = size + rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 4, 2))
            state = agrees(submission, reference, "add_block", state, scores, values, atol=1e-12)
            finite(state[1], f"s after scores around {size:g}")
    single = [part.astype(np.float32) for part in state]
    scores, values = (rng.normal(size=shape).astype(np.float32) for shape in ((2, 3, 4), (2, 4, 2)))
    agrees(submission, reference, "add_block", single, scores, values, rtol=1e-5, atol=1e-5)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(2.5)
@pytest.mark.hint("The scores of a block are computed again in backward, with mask and positions.")
@pytest.mark.promise("no-key", "finite", "BlockwiseAttention", "BlockwiseAttention.log_sums")
def test_queries_without_keys(submission, reference, rng):
    """Queries and texts without any key, first keys at padding, and scores of ±1e4."""
    for causal in (False, True):
        pair = paired_models(submission, reference, "BlockwiseAttention", 2, causal=causal)
        queries, keys, values = inputs(rng)
        for mask in (np.zeros((2, 5), bool), np.arange(5) > [[1], [3]]):
            pair.same_backward(queries, keys, values, mask, rng=rng, atol=1e-12)
            pair.student.forward(queries, keys, values, mask)
            equal(pair.student.log_sums, pair.reference.log_sums, "log_sums", atol=1e-12)
        queries *= 1e4
        finite(pair.student.forward(queries, keys, values), "forward with scores of ±1e4")
        pair.same_backward(queries, keys, values, mask, rng=rng, atol=1e-6)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(2.5)
@pytest.mark.hint("backward belongs to the last forward; keep nothing of the class.")
@pytest.mark.promise("last-forward", "BlockwiseAttention.forward.queries")
def test_repeated_calls(submission, reference, rng):
    """Calls are independent, also of layers with other settings."""
    pair = paired_models(submission, reference, "BlockwiseAttention", 2)
    arrays = inputs(rng, Q=3)
    once = pair.student.forward(*arrays)
    pair.same_forward(*inputs(rng, N=1, Q=1, K=2), np.array([[True, False]]))
    pair.same_backward(*arrays, rng=rng, atol=1e-12)
    equal(pair.student.forward(*arrays), once, "forward of the same arrays again")
    asked = (*arrays[:2], 2)
    scores = pair.reference.block_scores(*asked)
    returns_new_arrays(pair.student, "block_scores", *asked, expected=scores)
    pair.result_is_the_callers(*arrays, rng=rng, keeps=["log_sums"])
    other = paired_models(submission, reference, "BlockwiseAttention", 4, causal=True)
    pair.used_in_turn_with(other, arrays, inputs(rng, K=7), keeps=["log_sums"])


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(2)
@pytest.mark.hint("Nothing may depend on Q = K, on K > 1, on D = E, or on float64.")
@pytest.mark.promise(
    "dtype", "BlockwiseAttention.forward.keys", "BlockwiseAttention.forward.values"
)
def test_other_sizes_and_float32(submission, reference, rng):
    """One key, one query, one text, more queries than keys; float32 with masks."""
    for sizes in ({"K": 1}, {"Q": 1}, {"N": 1, "Q": 1, "K": 1}, {"Q": 7, "K": 3, "D": 1, "E": 4}):
        pair = paired_models(submission, reference, "BlockwiseAttention", 2)
        pair.same_backward(*inputs(rng, **sizes), rng=rng, atol=1e-12)
    pair = paired_models(submission, reference, "BlockwiseAttention", 3, causal=True)
    if in_float32(pair):
        single = [array.astype(np.float32) for array in inputs(rng)]
        mask = np.array([[True] * 5, [True, True, False, False, False]])
        pair.same_backward(*single, mask, rng=rng, rtol=1e-4, atol=1e-5)
        equal(pair.student.log_sums, pair.reference.log_sums, "log_sums", rtol=1e-5, atol=1e-6)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(2.5)
@pytest.mark.hint("An array of T × T numbers does not fit. Does backward go block by block, too?")
@pytest.mark.promise("linear-memory")
def test_long_text(submission, reference, rng):
    """forward and backward of 6,144 words, whose scores alone would need 288 MiB."""
    pair = paired_models(submission, reference, "BlockwiseAttention", 64)
    arrays = inputs(rng, N=1, Q=LONG, K=LONG, D=2, E=1)
    pair.same_forward(*arrays, rtol=1e-7, atol=1e-9)
    upstream = rng.normal(size=(1, LONG, 1))
    actual, expected = pair.student.backward(upstream), pair.reference.backward(upstream)
    for name, ours, theirs in zip(("queries", "keys", "values"), actual, expected, strict=True):
        equal(ours, theirs, f"the gradient of {LONG} {name}", rtol=1e-6, atol=1e-8)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(1)
@pytest.mark.hint("The given lines raise these errors: keep them.")
@pytest.mark.promise("errors", "BlockwiseAttention.raises", "BlockwiseAttention.forward.raises")
def test_what_does_not_fit(submission, reference, rng):
    """Masks, keys and values of other shapes, later queries, and an empty block are errors."""
    pair = paired_models(submission, reference, "BlockwiseAttention", 2)
    queries, keys, values = inputs(rng)
    pair.same_forward(queries, keys, values)
    student = pair.student
    for shape in ((2, 4), (3, 5), (2, 5, 5)):
        refuses(student, "forward", queries, keys, values, np.ones(shape, bool))
    refuses(student, "forward", queries, keys, values[:, :3])
    refuses(student, "forward", queries, keys[:1], values[:1])
    refuses(student, "forward", queries[0], keys[0], values[0])
    refuses(student, "forward", queries, keys[:, :0], values[:, :0])
    refuses(student, "forward", queries[..., :1], keys, values)
    causal = submission.BlockwiseAttention(2, causal=True)
    causal.forward(queries, keys, values)
    refuses(causal, "forward", queries, keys[:, :4], values[:, :4])
    refuses(submission, "BlockwiseAttention", 0)
