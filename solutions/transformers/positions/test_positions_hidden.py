"""Hidden checks of positions: sizes, large positions, repeated calls, errors."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, paired_models, refuses

LAYERS = ("LearnedPositions", "Rotary")


def each_layer(test):
    """`test` for both layers, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in LAYERS]
    return pytest.mark.parametrize("name", marks)(test)


def pair_of(submission, reference, rng, name, length, d):
    """Return both layers with the same parameters; Rotary has no length, and none."""
    if name == "Rotary":
        return paired_models(submission, reference, name, d)
    return paired_models(submission, reference, name, length, d, rng=rng)


@each_layer
@pytest.mark.points(1)
@pytest.mark.hint("Nothing may depend on the number of axes, or on T = length.")
@pytest.mark.promise("any-axes", "LearnedPositions", "LearnedPositions.length", "start")
def test_any_shape(submission, reference, rng, name):
    """One text without an axis of texts, one word, two features, the last positions."""
    for shape, length, start in (((1, 2), 1, 0), ((4, 2), 9, 5), ((2, 1, 3, 1, 8), 40, 39)):
        pair = pair_of(submission, reference, rng, name, length, shape[-1])
        pair.same_backward(rng.normal(size=shape), start, rng=rng)


@each_layer
@pytest.mark.points(0.5)
@pytest.mark.hint("backward uses the positions of the last forward, and adds to the gradients.")
@pytest.mark.promise("last-forward", "adds-up")
def test_repeated_calls(submission, reference, rng, name):
    """Calls of forward are independent; backward belongs to the last one, and adds up."""
    pair = pair_of(submission, reference, rng, name, 9, 4)
    x = rng.normal(size=(2, 3, 4))
    once = pair.student.forward(x, 1)
    pair.same_forward(rng.normal(size=(1, 5, 4)))
    pair.same_backward(x, 1, rng=rng)
    equal(pair.student.forward(x, 1), once, f"{name}.forward of the same array again")
    pair.result_is_the_callers(x, rng=rng)
    other = pair_of(submission, reference, rng, name, 7, 6)
    pair.used_in_turn_with(other, (x, 1), (rng.normal(size=(1, 5, 6)),))
    if name == "LearnedPositions":
        pair.accumulates(x, rng=rng)


@pytest.mark.task("Rotary")
@pytest.mark.points(0.5)
@pytest.mark.hint("Features 2i and 2i + 1 are a pair, not i and i + d/2.")
@pytest.mark.promise("pairs")
def test_pairs(submission):
    """Rotary: a pair of neighbouring features turns from the first towards the second."""
    x = np.zeros((2, 6))
    x[1, 2] = 1.0
    angle = 1e4 ** (-2 / 6)
    expected = np.zeros((2, 6))
    expected[1, 2:4] = np.cos(angle), np.sin(angle)
    equal(submission.Rotary(6).forward(x), expected, "Rotary(6).forward of a 1 in feature 2")


@pytest.mark.task("angles")
@pytest.mark.points(0.5)
@pytest.mark.hint("Powers of floats: 10000.0 ** (−2i/d).")
@pytest.mark.promise("errors", "angles.raises", "angles")
def test_large_positions(submission, reference, rng):
    """angles: positions above 10,000; an odd d is an error."""
    agrees(submission, reference, "angles", np.array([10_000, 123_456]), 64)
    agrees(submission, reference, "angles", rng.integers(9, size=0), 4)
    for d in (0, 3):
        refuses(submission, "angles", np.arange(3), d)


@pytest.mark.task("sinusoidal")
@pytest.mark.points(0.5)
@pytest.mark.hint("`angles` refuses an odd d: call it.")
@pytest.mark.promise("errors", "sinusoidal.raises", "sinusoidal")
def test_sizes_of_sinusoids(submission, reference):
    """sinusoidal: no position, many positions; an odd d is an error."""
    agrees(submission, reference, "sinusoidal", 0, 4)
    agrees(submission, reference, "sinusoidal", 600, 2, atol=1e-9)
    for d in (0, 5):
        refuses(submission, "sinusoidal", 3, d)


@each_layer
@pytest.mark.points(0.5)
@pytest.mark.hint("The given functions at the end of the file raise these errors: keep the calls.")
@pytest.mark.promise(
    "errors", "LearnedPositions.forward.raises", "Rotary.forward.raises", "Rotary.raises",
)  # fmt: skip
def test_what_does_not_fit(submission, reference, rng, name):
    """Words of another size, negative positions, and positions without a vector are errors."""
    pair = pair_of(submission, reference, rng, name, 5, 4)
    pair.same_forward(rng.normal(size=(2, 5, 4)))
    for shape, start in (((2, 5, 3), 0), ((4,), 0), ((2, 5, 4), -1)):
        refuses(pair.student, "forward", np.ones(shape), start)
    if name == "LearnedPositions":
        refuses(pair.student, "forward", np.ones((2, 5, 4)), 1)
        refuses(pair.student, "forward", np.ones((2, 6, 4)))
    else:
        for d in (0, 3):
            refuses(submission, "Rotary", d)
