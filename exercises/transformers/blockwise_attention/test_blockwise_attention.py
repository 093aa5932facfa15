"""Checks of blockwise_attention that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    built,
    equal,
    expect,
    in_float32,
    measured_passes,
    paired_models,
    part,
)

#: Numbers of words whose passes are measured, and the size of their blocks.
LENGTHS, BLOCK = (256, 512, 1024, 2048), 16
#: Maximum growth of memory from the first to the last length; it is 8 where memory grows as T.
GROWTH = 12
MEBIBYTE = 1 << 20


def inputs(rng, N=2, Q=5, K=5, D=3, E=2):
    """Return queries, keys and values."""
    shapes = ((N, Q, D), (N, K, D), (N, K, E))
    return tuple(rng.normal(size=shape) for shape in shapes)


def no_keys(N, Q, E):
    """Return the state before the first key."""
    return np.full((N, Q, 1), -np.inf), np.zeros((N, Q, 1)), np.zeros((N, Q, E))


def states(submission, reference, blocks):
    """Add each block, compare the states of both, and return the last one."""
    (scores, values), *_ = blocks
    state = no_keys(*scores.shape[:2], values.shape[-1])
    for scores, values in blocks:
        # Sums that cancel are compared with the size of the values.
        state = agrees(submission, reference, "add_block", state, scores, values, atol=1e-12)
    return state


@pytest.mark.task("add_block")
@pytest.mark.points(5)
@pytest.mark.hint("Old sums, measured from a new maximum, have the factor exp(old m − new m).")
@pytest.mark.promise("add_block", "add_block.scores", "add_block.values")
def test_blocks_add_up(submission, reference, rng):
    """add_block: maximum and sums after each block, also where the maximum grows."""
    for sizes, slope in (((3, 4, 2), 0.0), ((2, 2, 2), 2.0), ((1, 1, 1, 1), -2.0)):
        blocks = [
            (rng.normal(size=(2, 3, B)) + slope * i, rng.normal(size=(2, B, 4)))
            for i, B in enumerate(sizes)
        ]
        m, s, u = states(submission, reference, blocks)
        e = np.exp(np.concatenate([scores for scores, _ in blocks], axis=2))
        values = np.concatenate([values for _, values in blocks], axis=1)
        what = f"u / s after blocks of {', '.join(map(str, sizes))} keys"
        equal(u / s, e @ values / e.sum(axis=-1, keepdims=True), what, atol=1e-12)
        equal(m + np.log(s), np.log(e.sum(axis=-1, keepdims=True)), "m + log s", atol=1e-12)


@pytest.mark.task("add_block")
@pytest.mark.points(2)
@pytest.mark.hint("The state depends on which keys were added, not on their order.")
@pytest.mark.promise("order-of-blocks")
def test_order_of_the_blocks(submission, reference, rng):
    """add_block: the blocks in another order lead to the same state."""
    blocks = [(rng.normal(size=(2, 3, B), scale=3), rng.normal(size=(2, B, 2))) for B in (4, 1, 3)]
    state = states(submission, reference, blocks)
    other = states(submission, reference, blocks[::-1])
    for name, first, second in zip("msu", state, other, strict=True):
        equal(second, first, f"{name} with the blocks in reverse order", atol=1e-12)


@pytest.mark.task("add_block")
@pytest.mark.points(3)
@pytest.mark.hint("−∞ − (−∞) is NaN: where the new m is −∞, subtract 0 from the scores.")
@pytest.mark.promise("no-key", "add_block.returns", "add_block.state")
def test_blocks_without_keys(submission, reference, rng):
    """add_block: scores of −∞ for some keys of a block, or for all of them, first or later."""
    blocks = [(rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 4, 2))) for _ in range(3)]
    blocks[0][0][:, 1:] = -np.inf
    blocks[1][0][0] = -np.inf
    blocks[2][0][rng.random((2, 3, 4)) < 0.5] = -np.inf
    for scores, _ in blocks:
        scores[:, 2] = -np.inf
    state = states(submission, reference, blocks)
    equal(state[1][:, 2], np.zeros((2, 1)), "s of a query that no block has a key for", rtol=0.0)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(3)
@pytest.mark.hint("keys[:, start : start + B]; the last block has fewer keys.")
@pytest.mark.promise(
    "BlockwiseAttention.block_scores", "BlockwiseAttention.block_scores.queries",
    "BlockwiseAttention.block_scores.keys", "BlockwiseAttention.block_scores.start",
)  # fmt: skip
def test_scores_of_a_block(submission, reference, rng):
    """block_scores: all pairs of queries with the keys of one block."""
    queries, keys, _ = inputs(rng, K=7)
    mask = rng.random((2, 7)) < 0.7
    for causal in (False, True):
        model, other = (m.BlockwiseAttention(3, causal=causal) for m in (submission, reference))
        for start in (0, 3, 6):
            for given in (None, mask):
                agrees(model, other, "block_scores", queries, keys, start, given)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(4)
@pytest.mark.hint("After the last block, y = u / s. Which keys has each block?")
@pytest.mark.promise("equals-attention", "BlockwiseAttention.block_size")
def test_equals_attention(submission, reference, rng):
    """The results of attention, for blocks that divide the length, and others."""
    arrays = inputs(rng, Q=4, K=7)
    whole = built(reference, part("dot_product_attention"))
    expected = whole.forward(*arrays)
    for block_size in (1, 2, 3, 7, 20):
        pair = paired_models(submission, reference, "BlockwiseAttention", block_size)
        means = pair.same_forward(*arrays)
        what = f"BlockwiseAttention({block_size}).forward, and DotProductAttention().forward"
        equal(means, expected, what, rtol=1e-9, atol=1e-12)
        what = f"BlockwiseAttention({block_size}).log_sums"
        equal(pair.student.log_sums, pair.reference.log_sums, what, atol=1e-12)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(6)
@pytest.mark.hint("α = exp(e − L). The sum in the softmax's gradient is ∂J/∂y · y, of all keys.")
@pytest.mark.promise(
    "equals-attention", "unchanged", "dtype", "BlockwiseAttention.backward.grad_output"
)
def test_backward(submission, reference, rng):
    """The gradients of queries, keys and values, in float64 and float32."""
    whole = built(reference, part("dot_product_attention"))
    for block_size, K in ((2, 5), (3, 6), (9, 4)):
        arrays = inputs(rng, K=K)
        pair = paired_models(submission, reference, "BlockwiseAttention", block_size)
        pair.same_backward(*arrays, rng=rng, atol=1e-12)
        upstream = rng.normal(size=whole.forward(*arrays).shape)
        pair.student.forward(*arrays)
        names, actual = ("queries", "keys", "values"), pair.student.backward(upstream)
        for name, ours, theirs in zip(names, actual, whole.backward(upstream), strict=True):
            what = f"the gradient of {name}, with blocks of {block_size} and by DotProductAttention"
            equal(ours, theirs, what, rtol=1e-9, atol=1e-11)
    pair.gradients_agree(*inputs(rng, N=1, Q=3, K=4), rng=rng)
    pair.many_gradients(*inputs(rng, N=2, Q=8, K=8), rng=rng)
    if in_float32(pair):
        single = [array.astype(np.float32) for array in inputs(rng)]
        pair.same_backward(*single, rng=rng, rtol=1e-4, atol=1e-5)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(3)
@pytest.mark.hint("Query i is the word K − Q + i, and column j of a block is the key start + j.")
@pytest.mark.promise("causal", "last-queries", "BlockwiseAttention.causal")
def test_causal(submission, reference, rng):
    """Causal: no query reads a later key, also where there are fewer queries than keys."""
    for block_size, Q in ((2, 5), (3, 2), (4, 1)):
        pair = paired_models(submission, reference, "BlockwiseAttention", block_size, causal=True)
        queries, keys, values = inputs(rng, Q=Q)
        pair.same_backward(queries, keys, values, rng=rng, atol=1e-12)
        means = pair.student.forward(queries, keys, values)
        for last in range(5 - Q, 4):
            other_keys, other_values = keys.copy(), values.copy()
            other_keys[:, last + 1 :], other_values[:, last + 1 :] = 9.0, 1e3
            other = pair.student.forward(queries, other_keys, other_values)
            i = last - (5 - Q)
            what = f"query {i} of {Q}, after a change of the keys from {last + 1} on"
            equal(other[:, i], means[:, i], what, rtol=1e-12)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(2)
@pytest.mark.hint("Cut the mask as you cut the keys. A masked score is −∞ in backward, too.")
@pytest.mark.promise("padding-does-not-count", "BlockwiseAttention.forward.mask")
def test_padding_does_not_count(submission, reference, rng):
    """Keys and values at padding change nothing, and get no gradient."""
    for causal in (False, True):
        pair = paired_models(submission, reference, "BlockwiseAttention", 2, causal=causal)
        queries, keys, values = inputs(rng)
        mask = np.array([[True] * 5, [False, True, False, True, False]])
        pair.same_backward(queries, keys, values, mask, rng=rng, atol=1e-12)
        means = pair.student.forward(queries, keys, values, mask)
        keys[~mask], values[~mask] = 30.0, 1e3
        other = pair.student.forward(queries, keys, values, mask)
        equal(other, means, "forward with other numbers at padding", rtol=1e-12)


@pytest.mark.task("BlockwiseAttention")
@pytest.mark.points(5)
@pytest.mark.hint("Which of your arrays has T × T entries? Weights and masks of all blocks have.")
@pytest.mark.promise("linear-memory")
def test_memory(submission, reference, rng, plot):
    """The memory of forward and backward grows as the length, not as its square."""
    pair = paired_models(submission, reference, "BlockwiseAttention", BLOCK, causal=True)
    peaks = []
    for T in LENGTHS:
        arrays, mask = inputs(rng, N=1, Q=T, K=T, D=2, E=1), np.arange(T)[None] % 5 > 0
        upstream = rng.normal(size=(1, T, 1))
        passes = measured_passes(pair.student, *arrays, mask, upstream=upstream)
        expected = pair.reference.forward(*arrays, mask)
        equal(passes.output, expected, f"forward of {T} words", rtol=1e-8, atol=1e-10)
        gradients = zip(passes.gradients, pair.reference.backward(upstream), strict=True)
        for actual, right in gradients:
            equal(actual, right, f"a gradient of {T} words", rtol=1e-7, atol=1e-9)
        peaks.append(passes.peak)
    if None in peaks:  # the arrays of another library are not counted
        return
    plot(
        "Peak memory of forward and backward, by the number of words T",
        {
            "yours": [peak / MEBIBYTE for peak in peaks],
            "T × T scores": [8 * T * T / MEBIBYTE for T in LENGTHS],
        },
        x=LENGTHS, x_label="words", y_label="MiB", log=True,
    )  # fmt: skip
    growth, times = peaks[-1] / max(peaks[0], 1), LENGTHS[-1] // LENGTHS[0]
    expect(
        growth < GROWTH,
        f"forward and backward allocate {peaks[0] / MEBIBYTE:.2g} MiB for {LENGTHS[0]} words, and "
        f"{peaks[-1] / MEBIBYTE:.3g} MiB for {LENGTHS[-1]}: {growth:.3g} times as much for "
        f"{times} times the words. It should be {times} times, and {times**2} times means T × T "
        "numbers",
        fact="BlockwiseAttention: memory grows faster than the length",
    )
