"""Hidden checks of dropout: shares, edge cases, dtypes, repeated calls."""

import numpy as np
import pytest

from autograder.checks import equal, expect, refuses

SHAPES = {"Dropout": (2, 3), "VariationalDropout": (2, 3, 4)}


def each(test):
    """`test` for both layers, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in SHAPES]
    return pytest.mark.parametrize("name", marks)(test)


@each
@pytest.mark.points(1)
@pytest.mark.hint("p = 1 keeps every entry, in both modes and both forms.")
@pytest.mark.promise(
    "keep_probability: p, in (0, 1].",
    "float32 in, float32 out. Do not change `x`.",
    "of the dtype of `x`; a new array.",
    "ValueError: `keep_probability` is not in (0, 1].",
)
def test_keeping_everything(submission, rng, name):
    """keep_probability = 1 changes nothing; float32 stays float32; x is not changed."""
    for p in (0.0, -0.5, 1.5):
        refuses(submission, name, p, rng=rng)
    for dtype in (np.float64, np.float32):
        x = rng.normal(size=SHAPES[name]).astype(dtype)
        for inverted in (False, True):
            model = getattr(submission, name)(1.0, inverted=inverted, rng=rng)
            for _ in range(2):
                outcome = model.forward.outcome(x)
                equal(outcome.value, x, f"{name}(1.0).forward of {x.dtype}", rtol=1e-6)
                expect(not outcome.changed, f"{name}.forward changes its argument")
                expect(not outcome.aliased, f"{name}.forward returns its argument's memory")
                model.eval()


@each
@pytest.mark.points(1)
@pytest.mark.hint("float32 in, float32 out, in training as well.")
@pytest.mark.promise(
    "m = 1/p with probability p, else 0",
    "∂x = ∂y ∘ m with the same m",
    "float32 in, float32 out.",
)
def test_the_share_that_is_kept(submission, rng, name):
    """The share p of many entries is kept; float32 entries are scaled by 1/p if inverted."""
    shape = (150, 200) if name == "Dropout" else (150, 1, 200)
    for p in (0.1, 0.5, 0.9):
        model = getattr(submission, name)(p, inverted=True, rng=rng)
        y = model.forward(np.ones(shape, np.float32))
        share = float(np.mean(y != 0))
        bound = 5 * np.sqrt(p * (1 - p) / 30_000)
        expect(abs(share - p) < bound, f"with p = {p} the share {share:.4f} of entries is kept")
        kept = np.unique(y[y != 0])
        equal(kept, np.array([1 / p], np.float32), "the output for a kept 1", rtol=1e-6)
        grad = model.backward(np.ones(shape, np.float32))
        equal(grad, y, "the gradient of ones against the output for ones", rtol=1e-6)
