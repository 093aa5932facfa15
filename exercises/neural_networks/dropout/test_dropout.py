"""Checks of dropout that you can see. `grade dropout` adds the hidden ones.

What is kept is chance. A share of n entries that should be p lies within 5 √(p (1 − p) / n) of it,
but for 6 of 10 million tries.
"""

import numpy as np
import pytest

from autograder.checks import equal, expect

SHAPES = {"Dropout": (6, 5), "VariationalDropout": (3, 4, 5)}


def each(test):
    """`test` for both layers, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in SHAPES]
    return pytest.mark.parametrize("name", marks)(test)


def made(module, name, p, rng, **options):
    """A layer in training."""
    return getattr(module, name)(p, rng=rng, **options)


@each
@pytest.mark.points(2)
@pytest.mark.hint("u < p, with u = self.rng.random(...): one call of it, for all entries at once.")
@pytest.mark.parametrize("inverted", [False, True])
def test_training(submission, reference, rng, name, inverted):
    """In training, entries are kept or 0."""
    x, seed = rng.normal(size=SHAPES[name]), int(rng.integers(1000))
    ours, theirs = (
        made(module, name, 0.6, np.random.default_rng(seed), inverted=inverted)
        for module in (submission, reference)
    )
    for call in (1, 2):
        what = f"{name}(0.6, inverted={inverted}).forward in training, call {call}"
        equal(ours.forward(x), theirs.forward(x), what, rtol=1e-12)


@each
@pytest.mark.points(1)
@pytest.mark.hint(
    "In evaluation nothing is drawn: every entry is scaled by p, or by 1 if inverted."
)
def test_evaluation(submission, rng, name):
    """At test time nothing is left out."""
    x = rng.normal(size=SHAPES[name])
    for inverted, factor in ((False, 0.3), (True, 1.0)):
        model = made(submission, name, 0.3, rng, inverted=inverted)
        model.eval()
        what = f"{name}(0.3, inverted={inverted}).forward in evaluation"
        equal(model.forward(x), factor * x, what, rtol=1e-12)
        equal(model.backward(x), factor * x, f"{what}, backward", rtol=1e-12)


@each
@pytest.mark.points(2)
@pytest.mark.hint("Where forward gave 0, no gradient comes back: the same factors again.")
def test_backward(submission, rng, name):
    """The gradient passes through what was kept, and only there."""
    x, grad = rng.uniform(1, 2, size=(2, *SHAPES[name]))
    for inverted in (False, True):
        model = made(submission, name, 0.5, rng, inverted=inverted)
        factors = model.forward(x) / x
        equal(model.backward(grad), grad * factors, f"{name}.backward", rtol=1e-12)


@each
@pytest.mark.points(2)
@pytest.mark.hint("E[m] must be the same in training and in evaluation.")
@pytest.mark.parametrize("inverted", [False, True])
def test_the_mean_is_the_same_in_both_modes(submission, rng, name, inverted):
    """What a unit sends on has the same mean in training and at test time."""
    p, shape = 0.7, (100, 100) if name == "Dropout" else (100, 2, 100)
    model = made(submission, name, p, rng, inverted=inverted)
    x = np.ones(shape)
    trained = model.forward(x).mean()
    model.eval()
    tested = model.forward(x).mean()
    bound = 5 * np.sqrt(p * (1 - p) / 10_000) / (p if inverted else 1)
    expect(
        abs(trained - tested) < bound,
        f"of ones, {trained:.3f} is left on average in training and {tested:.3f} in evaluation",
    )


@pytest.mark.task("VariationalDropout")
@pytest.mark.points(2)
@pytest.mark.hint("Draw (N, D) numbers, not (N, T, D).")
def test_one_mask_for_all_steps(submission, rng):
    """VariationalDropout: what is lost at one step is lost at all, in its own sequence only."""
    kept = made(submission, "VariationalDropout", 0.5, rng).forward(np.ones((20, 6, 10))) > 0
    expect(np.all(kept == kept[:, :1]), "a feature is kept at one step and lost at another")
    expect(np.any(kept != kept[:1]), "all sequences have lost the very same features")


@pytest.mark.task("Dropout")
@pytest.mark.points(1)
def test_steps_have_masks_of_their_own(submission, rng):
    """Dropout: of a sequence, every step loses entries of its own."""
    kept = made(submission, "Dropout", 0.5, rng).forward(np.ones((4, 6, 10))) > 0
    expect(np.any(kept != kept[:, :1]), "every step has lost the very same features")
