"""Hidden checks of lora: other sizes, repeated calls, float32, errors."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.checks import (
    PairedModels,
    assign,
    built,
    equal,
    in_float32,
    paired_models,
    part,
    refuses,
)


def pair_of(submission, reference, rng, D=3, H=4, rank=2, alpha=5.0):
    """Return both models with the same A, B, W and b; no array is 0."""
    trained = {"W": np.ones((D, H)) + np.eye(D, H), "b": np.arange(1.0, H + 1)}

    def beside_a_layer(module, seed=0):
        layer = built(module, part("affine", D, H, rng=rng))
        assign(layer, trained)
        return module.LoRA(layer, rank, alpha, rng=np.random.default_rng(seed))

    student, solution = map(beside_a_layer, (submission, reference))
    pair = PairedModels("LoRA", student, solution, lambda seed: beside_a_layer(submission, seed))
    pair.draw_parameters(rng)
    return pair


@pytest.mark.task("LoRA")
@pytest.mark.points(2)
@pytest.mark.hint("Nothing may depend on D < H, on r > 1, or on the number of axes.")
@pytest.mark.promise("any-axes", "LoRA.rank", "LoRA.alpha", "LoRA.forward")
def test_other_sizes(submission, reference, rng):
    """One feature, more features than units, the largest rank, an empty batch."""
    for D, H, rank in ((1, 1, 1), (6, 2, 2), (3, 3, 3)):
        pair = pair_of(submission, reference, rng, D, H, rank)
        pair.same_backward(rng.normal(size=(2, 1, 3, D)), rng=rng)
        pair.same_forward(rng.normal(size=(0, D)))


@pytest.mark.task("LoRA")
@pytest.mark.points(2)
@pytest.mark.hint("Keep what backward needs on self, and return a new array.")
@pytest.mark.promise("last-forward", "adds-up", "layer-is-kept")
def test_repeated_calls(submission, reference, rng):
    """Calls are independent, also of layers of other sizes; merged results are the caller's."""
    pair = pair_of(submission, reference, rng)
    x = rng.normal(size=(3, 3))
    once = pair.student.forward(x)
    pair.same_forward(rng.normal(size=3))
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "forward of the same array again")
    pair.result_is_the_callers(x, rng=rng)
    other = pair_of(submission, reference, rng, 5, 2, 1)
    pair.used_in_turn_with(other, (x,), (rng.normal(size=(2, 2, 5)),))
    other.student.merge()
    equal(pair.student.forward(x), once, "forward after another layer was merged")


@pytest.mark.task("LoRA")
@pytest.mark.points(2)
@pytest.mark.hint("A and B have the dtype of W: .astype(W.dtype), np.zeros(..., W.dtype).")
@pytest.mark.promise("dtype", "merged-equals-unmerged", "LoRA.alpha")
def test_float32(submission, reference, rng):
    """float32, merged and not merged; merges after training, with another scale."""
    pair = pair_of(submission, reference, rng, 4, 4, 2, 1.0)
    x = rng.normal(size=(2, 4))
    for model in (pair.student, pair.reference):
        model.merge()
        model.unmerge()
    pair.set_parameters({"A": rng.normal(size=(4, 2)), "B": rng.normal(size=(2, 4))})
    expected = pair.same_forward(x, rtol=1e-9, atol=1e-10)
    pair.student.merge()
    equal(pair.student.forward(x), expected, "forward after the second merge", atol=1e-10)
    pair.student.unmerge()
    layers = paired_models(submission, reference, part("affine", 4, 4, rng=rng), rng=rng)
    if in_float32(layers):
        students = submission.LoRA(layers.student, 2, 1.0, rng=rng)
        solution = reference.LoRA(layers.reference, 2, 1.0, rng=rng)
        single = replace(pair, student=students, reference=solution)
        single.same_parameter_forms()
        single.draw_parameters(rng)
        x = x.astype(np.float32)
        means = single.same_forward(x, rtol=1e-5)
        students.backward(means)
        single.same_parameter_forms()
        students.merge()
        equal(students.forward(x), means, "forward in float32, merged", rtol=1e-4, atol=1e-5)


@pytest.mark.task("LoRA")
@pytest.mark.points(1)
@pytest.mark.hint("The given lines raise these errors: keep them.")
@pytest.mark.promise("errors", "LoRA.raises", "LoRA.forward.raises")
def test_what_does_not_fit(submission, reference, rng):
    """Ranks and scales out of their range, and inputs of another size, are errors."""
    pair = pair_of(submission, reference, rng)
    pair.same_forward(rng.normal(size=(2, 3)))
    for shape in ((2, 4), (), (3, 2)):
        refuses(pair.student, "forward", np.ones(shape))
    pair.student.merge()
    refuses(pair.student, "forward", np.ones((2, 4)))
    for rank, alpha in ((0, 1.0), (4, 1.0), (1, 0.0), (1, -1.0), (1, float("nan"))):
        refuses(submission, "LoRA", part("affine", 3, 4, rng=rng), rank, alpha, rng=rng)
