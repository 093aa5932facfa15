"""Checks of attention that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, in_float32, paired_models, refuses

#: Model -> its sizes, for queries of 3 features.
MODELS = {
    "DotProductAttention": (),
    "BilinearAttention": (3, 4),
    "AdditiveAttention": (3, 4, 5),
}
#: Sizes with thousands of parameters.
LARGE = {
    "DotProductAttention": (),
    "BilinearAttention": (80, 90),
    "AdditiveAttention": (60, 70, 60),
}


def each(test):
    """`test` for every model with its sizes, each counted for its own task."""
    marks = [
        pytest.param(name, sizes, marks=pytest.mark.task(name), id=name)
        for name, sizes in MODELS.items()
    ]
    return pytest.mark.parametrize(("name", "sizes"), marks)(test)


def pair_of(submission, reference, name, sizes, rng, scale=1.0):
    """Return both models with the same parameters; dot products have none."""
    drawn = {"rng": rng, "scale": scale} if sizes else {}
    return paired_models(submission, reference, name, *sizes, **drawn)


def inputs(rng, sizes, N=2, Q=3, K=5, E=2):
    """Return queries, keys and values."""
    D, key_size, *_ = sizes or (3, 3)
    shapes = ((N, Q, D), (N, K, key_size), (N, K, E))
    return tuple(rng.normal(size=shape) for shape in shapes)


@pytest.mark.task("masked_softmax")
@pytest.mark.points(3)
@pytest.mark.hint("exp(e − max e), divided by its sum over the last axis.")
@pytest.mark.promise("weights-sum-to-one", "dtype")
def test_softmax_over_the_keys(submission, reference, rng):
    """masked_softmax: weights that sum to 1, for scores of any shape."""
    for shape in ((6,), (2, 5), (2, 3, 4)):
        weights = agrees(submission, reference, "masked_softmax", rng.normal(size=shape))
        sums = weights.sum(axis=-1)
        equal(sums, np.ones(shape[:-1]), "the sum of the weights of each row", rtol=1e-12)
    single = rng.normal(size=(2, 5)).astype(np.float32)
    agrees(submission, reference, "masked_softmax", single, rtol=1e-5)


@pytest.mark.task("masked_softmax")
@pytest.mark.points(4)
@pytest.mark.hint("np.where(mask, scores, -np.inf), and exp(−∞) is 0.")
@pytest.mark.promise("masked-weights-are-zero", "masked_softmax.mask")
def test_masked_keys_have_no_weight(submission, reference, rng):
    """masked_softmax: the weight of a masked key is 0 to the last bit, whatever its score is."""
    scores, mask = rng.normal(size=(3, 2, 6)), rng.random((3, 2, 6)) < 0.6
    mask[..., 0] = True
    scores[~mask] = rng.choice([1e4, -1e4, 50.0], size=(~mask).sum())
    weights = agrees(submission, reference, "masked_softmax", scores, mask)
    largest = float(weights[~mask].max())
    expect(largest == 0, f"a masked key has the weight {largest:.3g}: it should be exactly 0")
    agrees(submission, reference, "masked_softmax", scores, mask[:, :1])


@pytest.mark.task("masked_softmax")
@pytest.mark.points(2)
@pytest.mark.hint("The largest score of such a row is −∞, and −∞ − (−∞) is NaN. Its sum is 0.")
@pytest.mark.promise("no-key", "masked_softmax.returns")
def test_rows_without_any_key(submission, reference, rng):
    """masked_softmax: a row without any key is 0 everywhere."""
    mask = np.ones((4, 3), bool)
    mask[rng.integers(4)] = False
    weights = agrees(submission, reference, "masked_softmax", rng.normal(size=(4, 3)), mask)
    equal(weights.sum(axis=1), mask[:, 0].astype(float), "the sums of the weights", rtol=1e-12)
    agrees(submission, reference, "masked_softmax", rng.normal(size=3), np.zeros(3, bool))


@each
@pytest.mark.points(2)
@pytest.mark.hint("Scores (N, Q, K), weights of the same shape, weights @ values.")
@pytest.mark.promise("unchanged", "Attention.forward.queries", "Attention.forward.values")
def test_forward(submission, reference, rng, name, sizes):
    """Scores, weights, and the means of the values."""
    pair = pair_of(submission, reference, name, sizes, rng)
    queries, keys, values = inputs(rng, sizes)
    agrees(pair.student, pair.reference, "scores", queries, keys)
    pair.same_forward(queries, keys, values)
    equal(pair.student.weights, pair.reference.weights, f"{name}.weights")


@each
@pytest.mark.points(4)
@pytest.mark.hint("∂J/∂e_j = α_j (∂J/∂α_j − Σ_i α_i ∂J/∂α_i); then back through the scores.")
@pytest.mark.promise("unchanged", "Attention.backward.grad_output", "dtype", "adds-up")
def test_backward(submission, reference, rng, name, sizes):
    """The gradients of queries, keys, values and parameters."""
    pair = pair_of(submission, reference, name, sizes, rng)
    pair.same_backward(*inputs(rng, sizes), rng=rng)
    pair.gradients_agree(*inputs(rng, sizes, N=3, Q=2, K=4), rng=rng)
    if sizes:
        pair.accumulates(*inputs(rng, sizes), rng=rng)
    large = pair_of(submission, reference, name, LARGE[name], rng, scale=0.1)
    counts = {"N": 1, "Q": 3, "K": 4} if sizes else {"N": 2, "Q": 8, "K": 8}
    large.many_gradients(*inputs(rng, LARGE[name], **counts), rng=rng)
    single = [array.astype(np.float32) for array in inputs(rng, sizes)]
    if in_float32(pair):
        pair.same_backward(*single, rng=rng, rtol=1e-3, atol=1e-4)


@each
@pytest.mark.points(1.5)
@pytest.mark.hint("A weight of 0 has a gradient of 0: does your mask reach the softmax?")
@pytest.mark.promise("padding-does-not-count", "Attention.forward.mask")
def test_padding_does_not_count(submission, reference, rng, name, sizes):
    """Keys and values at padding change nothing, and get no gradient."""
    pair = pair_of(submission, reference, name, sizes, rng)
    queries, keys, values = inputs(rng, sizes)
    mask = np.arange(5) < np.array([[5], [2]])
    means = pair.same_forward(queries, keys, values, mask)
    pair.same_backward(queries, keys, values, mask, rng=rng)
    keys[~mask], values[~mask] = 30.0, 1e3
    other = pair.student.forward(queries, keys, values, mask)
    equal(other, means, f"{name}.forward with other numbers at padding", rtol=1e-12)


@each
@pytest.mark.points(0.5)
@pytest.mark.hint("Each weight has to stand at the place of its own key.")
@pytest.mark.promise("order-of-keys")
def test_order_of_the_keys(submission, reference, rng, name, sizes):
    """Keys and values in another order give the same means."""
    pair = pair_of(submission, reference, name, sizes, rng)
    queries, keys, values = inputs(rng, sizes)
    mask, order = np.arange(5) < np.array([[5], [3]]), rng.permutation(5)
    means = pair.same_forward(queries, keys, values, mask)
    other = pair.student.forward(queries, keys[:, order], values[:, order], mask[:, order])
    equal(other, means, f"{name}.forward with the keys in another order", rtol=1e-9)


@pytest.mark.task("DotProductAttention")
@pytest.mark.points(1.5)
@pytest.mark.hint("Divide by the square root of D, not by D.")
@pytest.mark.promise("variance-one", "unscaled")
def test_variance_of_the_scores(submission, reference, rng):
    """DotProductAttention: scores have the variance 1 for every D, and D without the root."""
    for D in (4, 64):
        queries, keys = rng.normal(size=(2, 4, 60, D))
        for scaled, expected in ((True, 1.0), (False, float(D))):
            scores = submission.DotProductAttention(scaled=scaled).scores(queries, keys)
            share = float(scores.var()) / expected
            expect(
                0.6 < share < 1.6,
                f"for D = {D} and scaled={scaled}, the variance of the scores is {share:.2g} times "
                f"the expected {expected:g}",
                about=scores,
            )
    pair = paired_models(submission, reference, "DotProductAttention", scaled=False)
    pair.same_backward(*inputs(rng, ()), rng=rng)


@pytest.mark.task("masked_softmax")
@pytest.mark.points(0.5)
@pytest.mark.hint("The given function `_broadcast` does it: call it before your own lines.")
@pytest.mark.promise("errors", "masked_softmax.raises")
def test_masks_of_other_shapes(submission, rng):
    """masked_softmax: a mask that does not broadcast to the scores is an error."""
    submission.masked_softmax(rng.normal(size=(2, 3)))
    for shape in ((2,), (3, 3), (2, 2, 3)):
        refuses(submission, "masked_softmax", rng.normal(size=(2, 3)), np.ones(shape, bool))
