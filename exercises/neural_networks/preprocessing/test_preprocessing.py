"""Checks of preprocessing that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    InstanceCalls,
    after_call,
    agrees,
    equal,
    expect,
    finite,
    refuses,
    used_in_turn,
)

D = 4
ALL = ["MeanSubtraction", "Normalization", "Whitening"]


def correlated(rng, N=50):
    """Return data whose features differ in mean and scale and are correlated."""
    return rng.normal(size=(N, D)) @ rng.normal(size=(D, D)) + 3 * rng.normal(size=D)


def fitted(module, name, x):
    """Return a transform that is fitted to `x`; fail if that changes `x`."""
    transform = getattr(module, name)()
    (after,) = after_call(transform, "fit", x)
    equal(after, x, "the training data after fit", rtol=0.0)
    return transform


def each(test):
    """`test` for every transform, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in ALL]
    return pytest.mark.parametrize("name", marks)(test)


@pytest.mark.task("MeanSubtraction")
@pytest.mark.points(2)
@pytest.mark.hint("One mean per feature: axis=0.")
def test_mean_subtraction(submission, reference, rng):
    """MeanSubtraction: training data get mean 0; all data are shifted by the same μ."""
    x, later = correlated(rng), correlated(rng, 5)
    ours, theirs = (fitted(module, "MeanSubtraction", x) for module in (submission, reference))
    equal(ours.apply(x), theirs.apply(x), "the training data, centred", rtol=1e-9, atol=1e-12)
    equal(ours.apply(later), theirs.apply(later), "later data, with the training data's mean")


@pytest.mark.task("Normalization")
@pytest.mark.points(2)
@pytest.mark.hint("Divide by the standard deviation; the mean stays.")
@pytest.mark.promise("unchanged")
def test_normalization(submission, reference, rng):
    """Normalization: every feature of the training data gets standard deviation 1."""
    x, later = correlated(rng), correlated(rng, 5)
    ours, theirs = (fitted(module, "Normalization", x) for module in (submission, reference))
    equal(ours.apply(x), theirs.apply(x), "the training data, scaled", rtol=1e-9)
    agrees(ours, theirs, "apply", later)
    x[:, 1] *= 1e-9
    ours, theirs = (fitted(module, "Normalization", x) for module in (submission, reference))
    equal(ours.apply(x), theirs.apply(x), "data with a feature of small numbers", rtol=1e-9)


@pytest.mark.task("Normalization")
@pytest.mark.points(2)
@pytest.mark.hint("0/0 is NaN: do not change a feature with σ = 0.")
def test_constant_features(submission, reference, rng):
    """Normalization: a feature that is constant in training is not changed; others are scaled."""
    x = correlated(rng)
    x[:, 1], x[:, 2] = 0.1, 0.0  # the mean of fifty 0.1 is not 0.1 to the last bit
    transform, other = (fitted(module, "Normalization", x) for module in (submission, reference))
    later = correlated(rng, 3)
    actual = transform.apply(later)
    equal(actual[:, 1:3], later[:, 1:3], "features that were constant in training")
    equal(actual, other.apply(later), "data with two features that were constant", rtol=1e-9)


@pytest.mark.task("Whitening")
@pytest.mark.points(2.5)
@pytest.mark.hint("The covariance is Zᵀ Z / N, with Z the transformed training data.")
def test_whitened_data_are_white(submission, rng):
    """Whitening: training data get mean 0 and covariance I."""
    x = correlated(rng, 60)
    z = fitted(submission, "Whitening", x).apply(x)
    equal(z.mean(axis=0), np.zeros(D), "the mean of whitened data", atol=1e-9)
    equal(z.T @ z / 60, np.eye(D), "the covariance of whitened data", atol=1e-9)


@pytest.mark.task("Whitening")
@pytest.mark.points(2.5)
@pytest.mark.hint("(x − μ) V / s for any x: V and s come from the training data.")
def test_whitening_of_later_data(submission, reference, rng):
    """Whitening: later data use the same μ, V and s; the first direction varies most."""
    x, later = correlated(rng), correlated(rng, 6)
    actual, expected = (
        fitted(module, "Whitening", x).apply(later) for module in (submission, reference)
    )
    signs = np.sign((actual * expected).sum(axis=0))  # each direction is known but for its sign
    equal(actual * signs, expected, "later data, whitened (up to the signs)", rtol=1e-7)


@each
@pytest.mark.points(1)
@pytest.mark.hint("apply must not depend on other rows, and must not change the statistics of fit.")
@pytest.mark.promise("new-data", "dtype")
def test_rows_do_not_matter_to_each_other(submission, reference, rng, name):
    """A row gives the same result alone and among others."""
    x, later = correlated(rng), correlated(rng, 4)
    transform = fitted(submission, name, x)
    together = transform.apply(later)
    finite(together, f"{name}.apply")
    sizes = np.abs(fitted(reference, name, x).apply(later))  # a direction may have either sign
    equal(np.abs(together), sizes, f"the sizes of what {name}.apply returns")
    expect(np.all(together[0] != together[1]), f"{name}.apply gives the same for different rows")
    for row, expected in zip(later, together, strict=True):
        alone = transform.apply(row[None])
        equal(alone, expected[None], "a row alone against the same row among others", rtol=1e-9)
    transforms = [
        InstanceCalls(getattr(submission, name), [("fit", data), ("apply", later)])
        for data in (x, correlated(rng))
    ]
    used_in_turn(submission, *transforms)
    single, given = x.astype(np.float32), later.astype(np.float32)
    together = np.abs(fitted(submission, name, single).apply(given))
    sizes = np.abs(fitted(reference, name, single).apply(given))
    equal(together, sizes, f"the sizes of what {name}.apply returns of float32", rtol=1e-3)


@each
@pytest.mark.points(1)
@pytest.mark.hint("`_checked(x)` raises these errors.")
@pytest.mark.promise(
    "MeanSubtraction.fit",
    "Normalization.fit",
    "Whitening.fit",
    "MeanSubtraction.apply",
    "Normalization.apply",
    "Whitening.apply",
)
def test_training_data_that_are_none(submission, rng, name):
    """Training data without rows, with NaN, infinity or wrong axes raise an error."""
    wrong = correlated(rng)
    wrong[3, 1] = np.nan
    for x in (wrong, np.zeros((0, D)), np.full((2, D), np.inf), np.ones(D)):
        refuses(getattr(submission, name)(), "fit", x, error=("ValueError",))
    transform = fitted(submission, name, correlated(rng))
    refuses(transform, "apply", np.ones((2, D + 1)), error=("ValueError",))
    x = correlated(rng)
    expect(np.isfinite(transform.apply(x)).all(), f"{name}.apply of finite data is not finite")
