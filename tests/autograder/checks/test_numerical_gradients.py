"""Numerical derivatives: how seldom a right gradient is refused, and a wrong one passes."""

import math

import numpy as np
import pytest

from autograder.checks.gradient_search import UndecidedError, disagreement
from autograder.checks.numerical_gradients import (
    STEP,
    Claim,
    differentiate,
    numerical_gradient,
    plain_direction,
    pointwise,
    scaled_direction,
)


def claim_of(f, point, gradients, upstream):
    """The claim that `gradients` are those of the plain function `f` at `point`."""
    function = pointwise(f, point)
    return Claim(function, point, function([{}])[0], np.ravel(upstream), gradients)


def network(rng, m, kind, n=12):
    """f(x) = A g(B x) and the gradient of u·f, by hand."""
    A, B, x, u = (rng.normal(size=size) for size in ((m, n), (n, n), (n,), (m,)))
    A, B = A / n**0.5, B / n**0.5
    forms = {
        "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        "exp": (np.exp, np.exp),
        "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0).astype(float)),
    }
    g, slope = forms[kind]
    gradient = B.T @ (slope(B @ x) * (A.T @ u))
    return claim_of(lambda p: A @ g(B @ p["x"]), {"x": x}, {"x": gradient}, u)


@pytest.mark.parametrize("m", [1, 4, 8])
@pytest.mark.parametrize("kind", ["tanh", "exp", "relu"])
def test_a_right_gradient_is_not_refused(kind, m):
    """300 claims each, 2,700 in all: where 4e-5 are expected at worst, none is."""
    rng = np.random.default_rng(m)
    for _ in range(300):
        assert disagreement(network(rng, m, kind), rng) is None


def with_error(claim, delta, rng):
    """`claim`, with one entry wrong by `delta` of the gradient's norm; and that error."""
    gradient = claim.gradients["x"].copy()
    error = delta * np.linalg.norm(gradient)
    gradient[rng.integers(gradient.size)] += error
    return Claim(claim.function, claim.point, claim.value, claim.upstream, {"x": gradient}), error


@pytest.mark.parametrize("delta", [1e-7, 1e-8, 1e-9])
def test_a_wrong_gradient_passes_one_direction_as_often_as_derived(delta):
    rng = np.random.default_rng(3)
    passed, expected = [], []
    for _ in range(500):
        claim, error = with_error(network(rng, 8, "tanh"), delta, rng)
        comparison = claim.compare(plain_direction(claim.point, rng))
        passed.append(comparison.agrees)
        expected.append(math.erf(comparison.tolerance / (math.sqrt(2) * error)))
    rate = float(np.mean(expected))
    # Five standard deviations of a share of 500.
    assert abs(np.mean(passed) - rate) < 5 * math.sqrt(rate * (1 - rate) / 500)


def test_an_error_of_one_in_a_million_is_always_found():
    rng = np.random.default_rng(4)
    for _ in range(300):
        claim, _ = with_error(network(rng, 8, "tanh"), 1e-6, rng)
        assert disagreement(claim, rng) is not None


def test_a_sign_flip_of_a_tiny_gradient_is_found_and_named():
    """An entry of 1e-6 among entries of 1: its size is no excuse."""
    rng = np.random.default_rng(5)
    scale = np.ones(50)
    scale[17] = 1e-6
    x, u = rng.normal(size=50), rng.normal(size=50)
    gradient = np.cos(x) * scale * u
    gradient[17] *= -1
    claim = claim_of(lambda p: np.sin(p["x"]) * scale, {"x": x}, {"x": gradient}, u)
    result = disagreement(claim, rng)
    assert result.index == (17,)
    assert result.ratio == pytest.approx(-1)


def test_a_common_factor_is_reported_and_every_wrong_array_is_named():
    rng = np.random.default_rng(6)
    point = {name: rng.normal(size=(3, 4)) for name in "abc"}
    u = rng.normal(size=(3, 4))

    def function(p):
        return np.sin(p["a"]) * p["b"] + p["c"] ** 2

    right = numerical_gradient(function, point, upstream=u)
    np.testing.assert_allclose(right["c"], 2 * point["c"] * u, rtol=1e-9)
    wrong = {"a": right["a"], "b": 2 * right["b"], "c": np.zeros((3, 4))}
    result = disagreement(claim_of(function, point, wrong, u), rng)
    assert set(result.names) == {"b", "c"}
    assert result.ratio == pytest.approx({"b": 2.0, "c": 0.0}[result.names[0]], abs=1e-9)
    assert result.wrong == result.asked == 12


def test_few_calls_find_one_wrong_entry_among_thousands():
    rng = np.random.default_rng(7)
    calls = 0

    def sines(p):
        nonlocal calls
        calls += 1
        return np.sin(p["x"])

    x, u = rng.normal(size=4000), rng.normal(size=4000)
    gradient = np.cos(x) * u
    gradient[1234] *= 1.01
    claim = claim_of(sines, {"x": x}, {"x": gradient}, u)
    assert disagreement(claim, rng).index == (1234,)
    assert calls < 8000 / 5  # entry by entry takes two for each
    right, calls = claim_of(sines, {"x": x}, {"x": np.cos(x) * u}, u), 0
    assert disagreement(right, rng) is None
    assert calls == 12


def size_claim(first, gradient):
    """A claim for the gradient of Σ|x_i|, which has a kink where an entry is 0."""
    x = np.array([first, 1.0, -2.0])
    return claim_of(lambda p: np.abs(p["x"]), {"x": x}, {"x": gradient}, np.ones(3))


def test_at_a_kink_nothing_is_decided_and_beside_it_smaller_steps_decide():
    """The step would cross the kink: a right gradient passes, a wrong one does not."""
    rng, slopes = np.random.default_rng(8), np.array([1.0, 1.0, -1.0])
    with pytest.raises(UndecidedError):
        disagreement(size_claim(0.0, np.array([0.0, 1.0, -1.0])), rng)
    assert disagreement(size_claim(STEP / 30, slopes), rng) is None
    assert disagreement(size_claim(STEP / 30, -slopes), rng) is not None


def test_slopes_are_exact_to_ten_digits_whatever_the_scale():
    for scale in (1e-8, 1.0, 1e8):
        x = np.array([0.3, -0.7])
        function = pointwise(lambda p, scale=scale: scale * np.exp(p["x"]), {"x": x})
        result = differentiate(function, {"x": x}, {"x": np.ones(2)}, scale * np.exp(x))
        np.testing.assert_allclose(result.values, scale * np.exp(x), rtol=1e-10)
        assert (np.abs(result.values - scale * np.exp(x)) <= result.errors).all()


def test_what_is_not_finite_decides_nothing():
    x = np.array([1e-5])
    function = pointwise(lambda p: np.where(p["x"] > 0, p["x"], np.nan), {"x": x})
    with np.errstate(invalid="ignore"):
        result = differentiate(function, {"x": x}, {"x": np.ones(1)}, x)
    assert result.usable  # one of the smaller steps stays on the right side
    function = pointwise(lambda p: np.full(1, np.nan), {"x": x})
    result = differentiate(function, {"x": x}, {"x": np.ones(1)}, x)
    assert not result.usable


def test_a_scaled_direction_moves_small_gradients_further():
    rng = np.random.default_rng(0)
    gradients = {"a": np.array([1.0, 1e-2, 0.0])}
    draws = np.abs([scaled_direction(gradients, rng)["a"] for _ in range(500)]).mean(axis=0)
    ratios = draws / math.sqrt(2 / math.pi)  # the mean of |N(0, 1)|
    np.testing.assert_allclose(ratios, [1.0, 100.0, 1000.0], rtol=0.15)
