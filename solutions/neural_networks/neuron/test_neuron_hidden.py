"""Hidden checks of the neuron: other shapes and dtypes, sequences, two uses, wrong shapes."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, in_float32, paired_models, refuses


@pytest.mark.task("sigmoid")
@pytest.mark.points(1.5)
@pytest.mark.hint("Entry by entry: any shape, and NaN stays NaN.")
@pytest.mark.promise("sigmoid", "dtype")
def test_sigmoid_shapes(submission, reference, rng):
    """sigmoid: any shape; float32 stays float32; NaN stays NaN."""
    for shape in ((7,), (2, 3, 4), (0, 3)):
        agrees(submission, reference, "sigmoid", rng.normal(scale=4.0, size=shape))
    single = rng.normal(scale=4.0, size=(3, 2)).astype(np.float32)
    agrees(submission, reference, "sigmoid", single, rtol=1e-5)
    a = submission.sigmoid(np.array([np.nan, 0.0]))
    expect(np.isnan(a[0]), f"σ(NaN) is {a[0]:g}: it should be NaN")
    equal(a[1:], np.array([0.5]), "σ(0) next to a NaN")


@pytest.mark.task("neuron")
@pytest.mark.points(1.5)
@pytest.mark.hint("The sum runs over the last axis of x, for any number of axes before it.")
@pytest.mark.promise("neuron.x", "neuron.raises", "large-sums")
def test_neuron_shapes(submission, reference, rng):
    """neuron: sequences, one weight, large sums; inputs of a wrong length."""
    for shape in ((3, 2, 5), (4, 1), (2, 2)):
        x, w = rng.normal(size=shape), rng.normal(size=shape[-1])
        agrees(submission, reference, "neuron", x, w, -0.3)
    x = np.array([[-1e3], [1e3]])
    equal(submission.neuron(x, np.ones(1), 0.0), np.array([0.0, 1.0]), "a at ±1000", atol=1e-12)
    refuses(submission, "neuron", np.ones((2, 3)), np.ones(2), 0.0)


@pytest.mark.task("Affine")
@pytest.mark.points(3)
@pytest.mark.hint(
    "Reshape x and δ to one vector per row: (-1, D) and (-1, H). Then sum over the rows."
)
@pytest.mark.promise("any-axes", "errors", "affine-dtype", "Affine.forward.raises")
def test_affine_shapes(submission, reference, rng):
    """Affine: one vector, sequences, an empty batch, float32; inputs of a wrong length."""
    for sizes, shape in (((4, 3), ()), ((3, 3), (2, 5)), ((2, 1), (2, 3, 2)), ((1, 2), (1,))):
        pair = paired_models(submission, reference, "Affine", *sizes, rng=rng)
        pair.same_forward(rng.normal(size=(*shape, sizes[0])))
        pair.same_backward(rng.normal(size=(*shape, sizes[0])), rng=rng)
    pair.same_backward(np.zeros((0, 1)), rng=rng)
    refuses(pair.student, "forward", np.ones((2, 3)))
    if in_float32(pair):
        pair.same_backward(rng.normal(size=(3, 1)).astype(np.float32), rng=rng, rtol=1e-5)


@pytest.mark.task("Affine")
@pytest.mark.points(1.5)
@pytest.mark.hint("backward adds into the gradients (+=); only zero_gradients clears them.")
@pytest.mark.promise("gradients", "independent-calls")
def test_affine_used_twice(submission, reference, rng):
    """Affine: a second use adds its gradients to those of the first."""
    pair = paired_models(submission, reference, "Affine", 4, 3, rng=rng)
    pair.accumulates(rng.normal(size=(5, 4)), rng=rng)
    first, second = rng.normal(size=(2, 3, 4))
    pair.student.forward(first)
    pair.same_backward(second, rng=rng)
