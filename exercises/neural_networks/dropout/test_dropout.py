"""Checks of dropout that you can see. `grade dropout` adds the hidden ones.

The mask is random. The share of n entries that is kept lies within 5 √(p (1 − p) / n) of p, except
in 6 of 10 million runs.
"""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect

SHAPES = {"Dropout": (6, 5), "VariationalDropout": (3, 4, 5)}


def each(test):
    """`test` for both layers, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in SHAPES]
    return pytest.mark.parametrize("name", marks)(test)


def made(module, name, p, rng, **options):
    """A layer in training."""
    return getattr(module, name)(p, rng=rng, **options)


def seeded(submission, reference, name, p, rng, **options):
    """The layer of both in training, with generators in the same state."""
    seed = int(rng.integers(1000))
    modules = (submission, reference)
    return [made(module, name, p, np.random.default_rng(seed), **options) for module in modules]


@each
@pytest.mark.points(2)
@pytest.mark.hint("u < p, with u = self.rng.random(...), one call for all entries.")
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.promise(
    "draws one number per entry, `self.rng.random(x.shape)`.",
    "in training each call draws new factors.",
    "In training one number u in [0, 1) is drawn per entry",
    "In training one number is drawn per sequence and feature",
    "Do not change `x`.",
    "Not modified.",
)
def test_training(submission, reference, rng, name, inverted):
    """In training, an entry is either kept or 0; x does not change."""
    ours, theirs = seeded(submission, reference, name, 0.6, rng, inverted=inverted)
    for dtype, rtol in ((float, 1e-12), (float, 1e-12), (np.float32, 1e-6)):
        agrees(ours, theirs, "forward", rng.normal(size=SHAPES[name]).astype(dtype), rtol=rtol)
    all_kept = seeded(submission, reference, name, 1.0, rng, inverted=inverted)
    agrees(*all_kept, "forward", rng.normal(size=SHAPES[name]))


@each
@pytest.mark.points(1)
@pytest.mark.hint("At test time draw no numbers: scale every entry by p, or by 1 if inverted.")
@pytest.mark.promise(
    "At test time no numbers are drawn: the state of the generator does not change.",
    "of the dtype of `x`; a new array.",
)
def test_evaluation(submission, reference, rng, name):
    """At test time no entry is dropped, and no number is drawn."""
    x = rng.normal(size=SHAPES[name])
    for inverted, factor in ((False, 0.3), (True, 1.0)):
        model, other = seeded(submission, reference, name, 0.3, rng, inverted=inverted)
        model.eval()
        other.eval()
        what = f"{name}(0.3, inverted={inverted}).forward in evaluation"
        equal(agrees(model, other, "forward", x), factor * x, what, rtol=1e-12)
        equal(model.backward(x), factor * x, f"{what}, backward", rtol=1e-12)
        model.train()
        other.train()
        what = f"{name}.forward in training, after a call at test time, which draws nothing"
        equal(model.forward(x), other.forward(x), what, rtol=1e-12)


@each
@pytest.mark.points(2)
@pytest.mark.hint("Use the factors of forward again: where they are 0, the gradient is 0.")
def test_backward(submission, rng, name):
    """The gradient passes only through kept entries."""
    x, grad = rng.uniform(1, 2, size=(2, *SHAPES[name]))
    for inverted in (False, True):
        model = made(submission, name, 0.5, rng, inverted=inverted)
        factors = model.forward(x) / x
        expect(bool(np.any(factors)), f"{name}.forward drops every entry")
        equal(model.backward(grad), grad * factors, f"{name}.backward", rtol=1e-12)


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
    expect(trained > 0, "all entries are dropped in training")
    model.eval()
    tested = model.forward(x).mean()
    bound = 5 * np.sqrt(p * (1 - p) / 10_000) / (p if inverted else 1)
    expect(
        abs(trained - tested) < bound,
        f"the mean output for ones is {trained:.3f} in training and {tested:.3f} at test time",
    )


@pytest.mark.task("VariationalDropout")
@pytest.mark.points(2)
@pytest.mark.hint("Draw (N, D) numbers, not (N, T, D).")
@pytest.mark.promise(
    "`VariationalDropout` draws one mask per sequence and uses it at all time steps.",
)
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
