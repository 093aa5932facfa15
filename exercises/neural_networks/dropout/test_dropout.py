"""Checks of dropout that you can see. `grade dropout` adds the hidden ones.

The mask is random. The share of n entries that is kept lies within 5 √(p (1 − p) / n) of p, except
in 6 of 10 million runs.
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
@pytest.mark.hint("u < p, with u = self.rng.random(...), one call for all entries.")
@pytest.mark.parametrize("inverted", [False, True])
def test_training(submission, reference, rng, name, inverted):
    """In training, an entry is either kept or 0."""
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
@pytest.mark.hint("At test time draw no numbers: scale every entry by p, or by 1 if inverted.")
def test_evaluation(submission, rng, name):
    """At test time no entry is dropped."""
    x = rng.normal(size=SHAPES[name])
    for inverted, factor in ((False, 0.3), (True, 1.0)):
        model = made(submission, name, 0.3, rng, inverted=inverted)
        model.eval()
        what = f"{name}(0.3, inverted={inverted}).forward in evaluation"
        equal(model.forward(x), factor * x, what, rtol=1e-12)
        equal(model.backward(x), factor * x, f"{what}, backward", rtol=1e-12)


@each
@pytest.mark.points(2)
@pytest.mark.hint("Use the factors of forward again: where they are 0, the gradient is 0.")
def test_backward(submission, rng, name):
    """The gradient passes only through kept entries."""
    x, grad = rng.uniform(1, 2, size=(2, *SHAPES[name]))
    for inverted in (False, True):
        model = made(submission, name, 0.5, rng, inverted=inverted)
        factors = model.forward(x) / x
        equal(model.backward(grad), grad * factors, f"{name}.backward", rtol=1e-12)
        many = model.forward(np.ones((40, 2, 40)))
        drawn = f"{name} drops no entry in training, or every one"
        expect(np.any(many == 0) and np.any(many != 0), drawn)


@each
@pytest.mark.points(2)
@pytest.mark.hint("E[m] must be the same in training and at test time.")
@pytest.mark.parametrize("inverted", [False, True])
def test_the_mean_is_the_same_in_both_modes(submission, rng, name, inverted):
    """The output has the same mean in training and at test time."""
    p, shape = 0.7, (100, 100) if name == "Dropout" else (100, 2, 100)
    model = made(submission, name, p, rng, inverted=inverted)
    x = np.ones(shape)
    trained = model.forward(x).mean()
    model.eval()
    tested = model.forward(x).mean()
    bound = 5 * np.sqrt(p * (1 - p) / 10_000) / (p if inverted else 1)
    expect(
        abs(trained - tested) < bound,
        f"the mean output for ones is {trained:.3f} in training and {tested:.3f} at test time",
    )
    model.train()
    kept = np.unique(model.forward(x))
    expect(len(kept) == 2 and kept[0] == 0, "in training, ones become 0 or one other number")


@pytest.mark.task("VariationalDropout")
@pytest.mark.points(2)
@pytest.mark.hint("Draw (N, D) numbers, not (N, T, D).")
def test_one_mask_for_all_steps(submission, rng):
    """VariationalDropout: a dropped feature is dropped at all steps of its own sequence."""
    kept = made(submission, "VariationalDropout", 0.5, rng).forward(np.ones((20, 6, 10))) > 0
    expect(np.all(kept == kept[:, :1]), "a feature is kept at one step and dropped at another")
    expect(np.any(kept != kept[:1]), "all sequences drop the same features")


@pytest.mark.task("Dropout")
@pytest.mark.points(1)
def test_steps_have_masks_of_their_own(submission, rng):
    """Dropout: the steps of a sequence have different masks."""
    kept = made(submission, "Dropout", 0.5, rng).forward(np.ones((4, 6, 10))) > 0
    expect(np.any(kept != kept[:, :1]), "all steps drop the same features")
