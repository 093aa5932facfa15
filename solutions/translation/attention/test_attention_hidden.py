"""Hidden checks of attention: masks of each query, extreme scores, a second use, errors."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, finite, in_float32, paired_models, refuses

#: Model -> its sizes, for queries of 2 features.
MODELS = {
    "DotProductAttention": (),
    "BilinearAttention": (2, 3),
    "AdditiveAttention": (2, 3, 4),
}


def each(test):
    """`test` for every model with its sizes, each counted for its own task."""
    marks = [
        pytest.param(name, sizes, marks=pytest.mark.task(name), id=name)
        for name, sizes in MODELS.items()
    ]
    return pytest.mark.parametrize(("name", "sizes"), marks)(test)


def pair_of(submission, reference, name, sizes, rng):
    """Return both models with the same parameters; dot products have none."""
    drawn = {"rng": rng} if sizes else {}
    return paired_models(submission, reference, name, *sizes, **drawn)


def inputs(rng, sizes, N=2, Q=3, K=4, E=2):
    """Return queries, keys and values."""
    D, key_size, *_ = sizes or (2, 2)
    shapes = ((N, Q, D), (N, K, key_size), (N, K, E))
    return tuple(rng.normal(size=shape) for shape in shapes)


@pytest.mark.task("masked_softmax")
@pytest.mark.points(1.5)
@pytest.mark.hint("Subtract the largest score of the keys that are there, before exp.")
@pytest.mark.promise("finite", "dtype", "masked_softmax.scores")
def test_extreme_scores(submission, reference, rng):
    """masked_softmax: scores of ±1e4, a single key, and float32."""
    scores = rng.choice([-1e4, 1e4, 0.0], size=(6, 5)) + rng.normal(size=(6, 5))
    finite(submission.masked_softmax(scores), "the weights for scores of ±1e4")
    agrees(submission, reference, "masked_softmax", scores)
    mask = np.tile(np.arange(5) < 2, (6, 1))
    scores[:, 2:] = 1e6
    scores[:, :2] -= 1e5
    agrees(submission, reference, "masked_softmax", scores, mask)
    agrees(submission, reference, "masked_softmax", rng.normal(size=(3, 1)))
    single = rng.normal(size=(2, 3)).astype(np.float32)
    agrees(submission, reference, "masked_softmax", single, np.eye(2, 3) > 0, rtol=1e-6)


@each
@pytest.mark.points(1)
@pytest.mark.hint("A row without any key: weights 0, result 0, gradients 0.")
@pytest.mark.promise("no-key", "any-mask", "Attention.forward.mask")
def test_masks_of_each_query(submission, reference, rng, name, sizes):
    """Masks (N, Q, K) with gaps, texts and queries without any key."""
    pair = pair_of(submission, reference, name, sizes, rng)
    arrays = inputs(rng, sizes)
    mask = rng.random((2, 3, 4)) < 0.5
    mask[rng.integers(2), rng.integers(3)] = False
    pair.same_backward(*arrays, mask, rng=rng)
    pair.same_backward(*arrays, np.array([[False] * 4, [True, False, True, False]]), rng=rng)
    pair.gradients_agree(*arrays, mask, rng=rng)


@each
@pytest.mark.points(1)
@pytest.mark.hint("backward belongs to the last forward, and adds to self.gradients.")
@pytest.mark.promise("adds-up", "last-forward", "Attention.backward")
def test_repeated_calls(submission, reference, rng, name, sizes):
    """Calls are independent; gradients of two backward passes add up."""
    pair = pair_of(submission, reference, name, sizes, rng)
    arrays = inputs(rng, sizes)
    once = pair.student.forward(*arrays)
    pair.same_forward(*inputs(rng, sizes, N=1, Q=1, K=2), np.array([[True, False]]))
    pair.same_backward(*arrays, rng=rng)
    equal(pair.student.forward(*arrays), once, f"{name}.forward of the same arrays again")
    pair.result_is_the_callers(*arrays, rng=rng)
    if sizes:
        pair.accumulates(*arrays, rng=rng)
        return
    scaled, plain = (
        paired_models(submission, reference, name, scaled=choice) for choice in (True, False)
    )
    for model in (scaled.student, scaled.reference, plain.student):
        model.forward(*arrays)
    grad = rng.normal(size=(2, 3, 2))
    what = f"{name}.backward after forward of another layer, which does not scale"
    equal(scaled.student.backward(grad), scaled.reference.backward(grad), what)


@each
@pytest.mark.points(1)
@pytest.mark.hint("Nothing may depend on Q = K, on K > 1, on D = E, or on float64.")
@pytest.mark.promise("dtype", "Attention.forward.keys")
def test_one_key_one_query_and_float32(submission, reference, rng, name, sizes):
    """One key has the weight 1; one query, one text; float32."""
    pair = pair_of(submission, reference, name, sizes, rng)
    queries, keys, values = inputs(rng, sizes, K=1, E=3)
    means = pair.same_forward(queries, keys, values)
    equal(means, np.repeat(values, 3, axis=1), f"{name}.forward with one key", rtol=1e-12)
    pair.same_backward(*inputs(rng, sizes, N=1, Q=1, E=1), rng=rng)
    if in_float32(pair):
        single = [array.astype(np.float32) for array in inputs(rng, sizes)]
        mask = np.array([[True] * 4, [True, True, False, False]])
        pair.same_forward(*single, mask, rtol=1e-5)
        pair.same_backward(*single, mask, rng=rng, rtol=1e-5)


@each
@pytest.mark.points(0.5)
@pytest.mark.hint("The given functions at the end of the file raise these errors: keep the calls.")
@pytest.mark.promise(
    "errors",
    "Attention.forward.raises",
    "DotProductAttention.scores.raises",
    "BilinearAttention.scores.raises",
    "AdditiveAttention.scores.raises",
)
def test_shapes_that_do_not_fit(submission, reference, rng, name, sizes):
    """Masks, keys and values of other shapes are errors."""
    pair = pair_of(submission, reference, name, sizes, rng)
    queries, keys, values = inputs(rng, sizes)
    pair.same_forward(queries, keys, values)
    student = pair.student
    for mask in (np.ones((2, 3), bool), np.ones((3, 4), bool), np.ones((2, 3, 1), bool)):
        refuses(student, "forward", queries, keys, values, mask)
    refuses(student, "forward", queries, keys, values[:, :3])
    refuses(student, "forward", queries, keys[:1], values[:1])
    refuses(student, "forward", queries[0], keys[0], values[0])
    refuses(student, "forward", queries, keys[:, :0], values[:, :0])
    refuses(student, "forward", queries[..., :1], keys, values)
    refuses(student, "scores", queries, keys[..., :1])
