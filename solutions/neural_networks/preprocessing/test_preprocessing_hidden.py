"""Hidden checks of preprocessing: few rows, dependent features, dtypes."""

import numpy as np
import pytest

from autograder.checks import equal, expect

D = 4
ALL = ["MeanSubtraction", "Normalization", "Whitening"]


def fitted(module, name, x, *arguments):
    """Return a transform that is fitted to `x`."""
    transform = getattr(module, name)(*arguments)
    transform.fit(x)
    return transform


def each(test):
    """`test` for every transform, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in ALL]
    return pytest.mark.parametrize("name", marks)(test)


@each
@pytest.mark.points(1)
@pytest.mark.promise(
    "unchanged", "fit-again", "MeanSubtraction.apply", "Normalization.apply", "Whitening.apply"
)
def test_float32_and_arguments(submission, reference, rng, name):
    """float32 stays float32, arguments are not changed, a second fit replaces the first."""
    first, x = rng.normal(size=(2, 30, D)).astype(np.float32) + np.float32(2)
    transform, other = fitted(submission, name, first), fitted(reference, name, x)
    outcome = transform.fit.outcome(x)
    expect(not outcome.changed, f"{name}.fit changes its argument")
    outcome = transform.apply.outcome(x)
    expect(not outcome.changed, f"{name}.apply changes its argument")
    expected = other.apply(x)
    signs = np.sign((outcome.value * expected).sum(axis=0)).astype(np.float32)
    signs = signs if name == "Whitening" else np.ones(D, np.float32)
    equal(outcome.value * signs, expected, f"{name}.apply of float32", rtol=1e-3, atol=1e-4)


@each
@pytest.mark.points(1)
@pytest.mark.promise(
    "constant-feature",
    "epsilon",
    "training-data",
    "preprocessing",
    "MeanSubtraction.fit",
    "Normalization.fit",
    "Whitening.fit",
)
def test_one_row(submission, reference, rng, name):
    """A single row of training data: all features are constant; fitted to more, they are not."""
    x, later = rng.normal(size=(2, 1, D))
    several = rng.normal(size=(9, D)) + 2
    lengths = [
        float(np.linalg.norm(fitted(module, name, several).apply(later)))
        for module in (submission, reference)
    ]
    equal(*lengths, f"the length of a later row after {name} of nine rows", rtol=1e-9)
    actual = fitted(submission, name, x).apply(x)
    expected = x if name == "Normalization" else np.zeros((1, D))
    equal(actual, expected, f"{name} of the one row that it was fitted to", atol=1e-12)
    expected = later if name == "Normalization" else later - x
    length = float(np.linalg.norm(fitted(submission, name, x).apply(later)))
    what = f"the length of a later row after {name} of one row"
    equal(length, float(np.linalg.norm(expected)), what, rtol=1e-9)


@pytest.mark.task("Whitening")
@pytest.mark.points(2)
@pytest.mark.promise("flat-direction", "Whitening.fit")
def test_dependent_features(submission, rng):
    """Whitening: with dependent features, all directions that vary get variance 1."""
    x = rng.normal(size=(40, 2)) @ rng.normal(size=(2, D)) + 1
    z = fitted(submission, "Whitening", x).apply(x)
    covariance = z.T @ z / 40
    equal(covariance, np.diag([1.0, 1, 0, 0]), "the covariance of whitened data", atol=1e-6)


@pytest.mark.task("Whitening")
@pytest.mark.points(2)
@pytest.mark.promise("Whitening", "signs-of-columns")
def test_few_rows_and_epsilon(submission, reference, rng):
    """Whitening: fewer rows than features; no s_i is less than epsilon times the largest."""
    x, later = rng.normal(size=(3, D)), rng.normal(size=(5, D))
    z = fitted(submission, "Whitening", x).apply(x)
    equal(z @ z.T, 3 * np.eye(3) - 1, "products of three whitened rows", atol=1e-6)
    lengths = [
        np.linalg.norm(fitted(module, "Whitening", x).apply(later)[:, 2:], axis=1)
        for module in (submission, reference)
    ]
    equal(lengths[0], lengths[1], "later data along directions without variance", rtol=1e-6)
    x = rng.normal(size=(60, D)) * np.array([5.0, 1.0, 1e-3, 1e-5])
    for epsilon in (1e-6, 1e-2, 0.1):
        actual, expected = (
            fitted(module, "Whitening", x, epsilon).apply(later)
            for module in (submission, reference)
        )
        signs = np.sign((actual * expected).sum(axis=0))
        what = f"later data with epsilon = {epsilon:g} (up to the signs)"
        equal(actual * signs, expected, what, rtol=1e-6)
