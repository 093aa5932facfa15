"""Checks of clipping that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, refuses


def drawn(rng, scale=1.0):
    """Gradients of a small model."""
    shapes = {"W": (3, 4), "b": (4,), "U": (4, 1, 2)}
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}


@pytest.mark.task("clip_by_norm")
@pytest.mark.points(3)
@pytest.mark.hint("√(9 + 16) = 5, in one array or in two.")
def test_three_four_five(submission, rng):
    """Gradients 3 and 4 in two arrays have the norm 5."""
    gradients = {"a": np.array([3.0]), "b": np.array([[4.0]])}
    expected = {"a": np.array([0.6]), "b": np.array([[0.8]])}
    equal(submission.clip_by_norm(gradients, 1.0), expected, "3 and 4, clipped to 1")
    scale, threshold = rng.uniform(1, 2), rng.uniform(1, 4)
    gradients = {name: scale * value for name, value in gradients.items()}
    expected = {name: threshold * value for name, value in expected.items()}
    actual = submission.clip_by_norm(gradients, threshold)
    equal(actual, expected, f"{3 * scale:.4g} and {4 * scale:.4g}, clipped to {threshold:.4g}")


@pytest.mark.task("clip_by_norm")
@pytest.mark.points(3)
@pytest.mark.hint("One factor, threshold / norm, for every array.")
@pytest.mark.promise("float32-stays")
def test_too_long(submission, reference, rng):
    """Above the threshold, the direction stays and the norm becomes the threshold."""
    gradients = drawn(rng)
    clipped = agrees(submission, reference, "clip_by_norm", gradients, 0.5)
    length = np.sqrt(sum((g**2).sum() for g in clipped.values()))
    equal(float(length), 0.5, "the norm of what clip_by_norm(gradients, 0.5) returns")
    single = {name: g.astype(np.float32) for name, g in gradients.items()}
    agrees(submission, reference, "clip_by_norm", single, 0.5, rtol=1e-6)


@pytest.mark.task("clip_by_norm")
@pytest.mark.points(3)
@pytest.mark.hint("Gradients that are too long become shorter; no gradient becomes longer.")
@pytest.mark.promise("arguments-stay", "clip_by_norm", "clip_by_norm.gradients")
def test_short_enough(submission, reference, rng):
    """At or below the threshold no number changes, not by one bit; the arrays are new ones."""
    halves = submission.clip_by_norm({"a": np.array([3.0]), "b": np.array([4.0])}, 2.5)
    equal(halves, {"a": np.array([1.5]), "b": np.array([2.0])}, "3 and 4, clipped to 2.5")
    gradients = drawn(rng)
    for threshold in (1e3, 5.0):
        given = gradients if threshold > 5 else {"a": np.array([3.0]), "b": np.array([4.0])}
        clipped = agrees(submission, reference, "clip_by_norm", given, threshold)
        equal(clipped, given, f"short gradients after clip_by_norm(..., {threshold:g})", rtol=0.0)


@pytest.mark.task("clip_by_norm")
@pytest.mark.points(3)
@pytest.mark.hint("A NaN compares as false with every number: look for it before you compare.")
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.promise("infinite-is-an-error", "clip_by_norm.raises")
def test_what_is_no_number_is_an_error(submission, rng, wrong):
    """NaN and infinity are errors."""
    gradients = drawn(rng)
    gradients["b"][1] = wrong
    refuses(submission, "clip_by_norm", gradients, 1.0, error=("ValueError",))


@pytest.mark.task("clip_by_norm")
@pytest.mark.points(3)
@pytest.mark.hint("Divide by the largest entry before you square.")
@pytest.mark.promise("large-gradients")
def test_large_entries(submission, reference, rng):
    """Entries whose squares overflow."""
    agrees(submission, reference, "clip_by_norm", drawn(rng, 1e200), 1.0)
