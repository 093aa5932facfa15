"""Hidden checks of pooling: ties, masks with gaps, short texts, dtypes, errors."""

import numpy as np
import pytest

from autograder.checks import equal, in_float32, paired_models, refuses

LAYERS = {
    "MaxOverTime": (),
    "AverageOverTime": (),
    "LocalMaxPool": (3, 2),
    "KMaxPool": (3,),
}


def each(test):
    """`test` for every layer with its settings, each counted for its own task."""
    marks = [
        pytest.param(name, args, marks=pytest.mark.task(name), id=name)
        for name, args in LAYERS.items()
    ]
    return pytest.mark.parametrize(("name", "args"), marks)(test)


@each
@pytest.mark.points(1)
@pytest.mark.hint("Of equal numbers only the first wins.")
@pytest.mark.promise("ties")
def test_ties(submission, reference, rng, name, args):
    """Equal numbers: the first one wins, and gets the whole gradient."""
    pair = paired_models(submission, reference, name, *args)
    x = rng.integers(0, 2, size=(4, 9, 3)).astype(float)
    pair.same_backward(x, rng=rng)
    pair.same_backward(np.zeros((2, 7, 2)), rng=rng)


@each
@pytest.mark.points(1)
@pytest.mark.hint("Nothing may depend on T, on padding being at the end, or on float64.")
@pytest.mark.promise("MaxOverTime.forward.x", "any-input", "dtype")
def test_any_text(submission, reference, rng, name, args):
    """Texts of one word, texts shorter than a window, masks with gaps; float32."""
    pair = paired_models(submission, reference, name, *args)
    for T in (1, 2, 4, 11):
        x = rng.normal(size=(3, T, 2))
        pair.same_backward(x, rng=rng)
        pair.same_forward(x)
        gaps = rng.random((3, T)) < 0.5
        pair.same_backward(x, gaps, rng=rng)
        pair.same_forward(x, gaps)
    if in_float32(pair):
        small = x.astype(np.float32)
        pair.same_forward(small, gaps, rtol=1e-6)
        pair.same_backward(small, gaps, rng=rng, rtol=1e-6)


@each
@pytest.mark.points(1)
@pytest.mark.hint("backward belongs to the last forward.")
@pytest.mark.promise("independent-calls", "MaxOverTime.forward.raises")
def test_repeated_calls(submission, reference, rng, name, args):
    """Calls are independent; input that is no batch of texts is an error."""
    pair = paired_models(submission, reference, name, *args)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    pair.same_forward(rng.normal(size=(3, 8, 3)), rng.random((3, 8)) < 0.5)
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "the output of the same x, read again")
    refuses(pair.student, "forward", np.zeros((2, 3)))
    refuses(pair.student, "forward", np.zeros((2, 0, 3)))
    refuses(pair.student, "forward", x, np.ones((2, 4), bool))


@pytest.mark.task("KMaxPool")
@pytest.mark.points(2)
@pytest.mark.hint("k = 1 is MaxOverTime; k ≥ T is the text itself, with zeros behind it.")
@pytest.mark.promise("fewer-than-k", "KMaxPool.raises")
def test_extreme_k(submission, reference, rng):
    """k = 1, k = T and k > T."""
    x = rng.normal(size=(2, 4, 3))
    for k in (1, 4, 9):
        pair = paired_models(submission, reference, "KMaxPool", k)
        pair.same_forward(x)
        pair.same_backward(x, rng=rng)
    refuses(submission, "KMaxPool", 0)
