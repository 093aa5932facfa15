"""Hidden checks of the gradient check: many wrong gradients, kinks nearby, invalid input."""

import numpy as np
import pytest

from autograder.checks import agrees, callback, equal, expect, refuses


def bowl(x):
    """Σ exp(x_i) + Σ_i x_i x_{i+1}."""
    return float(np.exp(x).sum() + (x[:-1] * x[1:]).sum())


def slope_of_bowl(x):
    """Its gradient."""
    slope = np.exp(x)
    slope[:-1] += x[1:]
    slope[1:] += x[:-1]
    return slope


class Classifier:
    """The mean loss of a softmax classifier, in its weights."""

    def __init__(self, inputs, labels):
        self.inputs, self.labels = inputs, labels

    def probabilities(self, W):
        """Of every class, for every input."""
        scores = np.exp(self.inputs @ W)
        return scores / scores.sum(axis=1, keepdims=True)

    def __call__(self, W):
        """The loss with weights `W`."""
        rows = np.arange(len(self.labels))
        return float(-np.log(self.probabilities(W)[rows, self.labels]).mean())

    def gradient(self, W):
        """By its weights."""
        error = self.probabilities(W)
        error[np.arange(len(self.labels)), self.labels] -= 1
        return self.inputs.T @ error / len(self.labels)


class Dropped:
    """Σ x_i³ over the units that a generator keeps."""

    def __call__(self, x, rng):
        """The value at `x`."""
        return float((x**3 * self.kept(x, rng)).sum())

    def kept(self, x, rng):
        """The mask."""
        return rng.random(x.shape) < 0.5


def absolute(x):
    """Σ |x_i|."""
    return float(np.abs(x).sum())


def decides(submission, function, gradient, x, expected, what, **settings):
    """The verdict on `gradient` must be `expected`."""
    verdict = submission.is_gradient(callback(function), gradient, x, **settings)
    equal(verdict, expected, f"is_gradient of {what}")


@pytest.mark.task("numerical_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("central-error")
def test_error_of_second_order(submission, rng):
    """numerical_gradient: ten times the step gives a hundred times the error."""
    x = rng.uniform(0.5, 1.0, size=3)
    truth = slope_of_bowl(x)
    errors = [
        np.abs(submission.numerical_gradient(callback(bowl), x, epsilon) - truth).max()
        for epsilon in (1e-1, 1e-2)
    ]
    expect(
        80 < errors[0] / errors[1] < 120,
        f"with ε = 0.1 the error is {errors[0]:.2g}, with ε = 0.01 it is {errors[1]:.2g}: "
        "that of a central difference falls with ε²",
    )


@pytest.mark.task("numerical_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("numerical_gradient.raises", "errors")
def test_refused(submission, rng):
    """numerical_gradient: refuses ε ≤ 0, float32, and an f that is not finite."""
    x = rng.normal(size=3)
    refuses(submission, "numerical_gradient", callback(bowl), x, 0.0)
    refuses(submission, "numerical_gradient", callback(bowl), x, -rng.uniform(1e-6, 1e-4))
    refuses(submission, "numerical_gradient", callback(bowl), np.ones(3, dtype=np.float32))
    for value in (np.nan, np.inf):
        refuses(
            submission, "numerical_gradient", callback(lambda x, value=value: value), np.ones(2)
        )


@pytest.mark.task("relative_error")
@pytest.mark.points(2.5)
@pytest.mark.promise("relative_error.returns", "relative_error.raises")
def test_error_of_odd_arrays(submission, reference, rng):
    """relative_error: empty arrays, numbers that are not finite, shapes that differ."""
    agrees(submission, reference, "relative_error", np.zeros((0, 3)), np.zeros((0, 3)))
    agrees(submission, reference, "relative_error", *rng.normal(size=(2, 2, 3)))
    for bad in (np.nan, np.inf, -np.inf):
        infinite, other = np.array([1.0, bad]), np.ones(2)
        equal(submission.relative_error(infinite, other), np.inf, f"the error of {bad}")
        equal(submission.relative_error(other, infinite), np.inf, f"the error against {bad}")
    refuses(submission, "relative_error", np.ones(3), np.ones((3, 1)))
    refuses(submission, "relative_error", np.ones(3), np.ones(3), 0.0)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("is_gradient")
def test_bank(submission, rng):
    """is_gradient: the gradient of a classifier, and common wrong ones."""
    f = Classifier(rng.normal(size=(6, 4)), rng.integers(3, size=6))
    W = rng.normal(size=(4, 3))
    right = f.gradient(W)
    decides(submission, f, right, W, True, "a classifier's gradient")
    swapped = right.copy()
    swapped[[0, 1]] = right[[1, 0]]
    one_sign, lost = right.copy(), right.copy()
    one_sign[2, 1] *= -1
    lost[3, 0] = 0.0
    for what, wrong in {
        "the sum for the mean": 6 * right,
        "two rows swapped": swapped,
        "one wrong sign": one_sign,
        "one entry forgotten": lost,
        "a gradient without the subtracted label": f.inputs.T @ f.probabilities(W) / 6,
    }.items():
        decides(submission, f, wrong, W, False, what)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("is_gradient")
def test_kinks_nearby(submission, rng):
    """is_gradient: with a kink within ε but not at x, only one gradient is right."""
    for distance in rng.uniform([1.8e-6, 4.5e-6, 7.5e-6], [2.2e-6, 5.5e-6, 8.5e-6]):
        x = np.array([distance, -distance, 1.0])
        right = np.array([1.0, -1.0, 1.0])
        decides(submission, absolute, right, x, True, f"Σ|x| at {distance:.3g} from its kinks")
        for wrong in ([0.0, -1.0, 1.0], [1.0, 0.5, 1.0], [-1.0, -1.0, 1.0], [1.0, -1.0, 0.9]):
            what = f"Σ|x| at {distance:.3g} from its kinks, gradient {wrong}"
            decides(submission, absolute, np.array(wrong), x, False, what)

    def bent(point):
        return float((3 * np.abs(point) + 2000 * point**2).sum())

    x = np.array([3e-6, -3e-6])
    right = 3 * np.sign(x) + 4000 * x
    decides(submission, bent, right, x, True, "3|x| + 2000 x² at 3e-6 from its kink")
    decides(submission, bent, -right, x, False, "the opposite of it")


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("is_gradient")
def test_steep_and_curved(submission, rng):
    """is_gradient: large values, strong curvature, and gradients that are zero."""
    x = rng.uniform(1.0, 2.0, size=3)

    def large(point):
        return float(1e4 * (point**2).sum())

    decides(submission, large, 2e4 * x, x, True, "1e4 Σ x²")
    decides(submission, large, 2e4 * x * 1.01, x, False, "1e4 Σ x², 1 % off")
    decides(submission, large, np.zeros(3), np.zeros(3), True, "1e4 Σ x² at its bottom")
    bent = np.array([0.05, 0.0, 0.0])
    decides(submission, large, bent, np.zeros(3), False, "1e4 Σ x² at its bottom, 0.05 off")

    def constant(point):
        return 7.0

    decides(submission, constant, np.zeros(3), x, True, "a constant")
    decides(submission, constant, np.array([0.0, 1e-8, 0.0]), x, False, "a constant, with a slope")
    decides(submission, constant, np.zeros(3), x, True, "a constant, tolerance 0", tolerance=0.0)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise(
    "is_gradient.tolerance",
    "is_gradient.f,x,epsilon,seed",
    "is_gradient.gradient",
    "is_gradient.raises",
)
def test_settings(submission, rng):
    """is_gradient: uses tolerance and seed; NaN is wrong, another shape raises an error."""
    x = rng.uniform(0.5, 1.0, size=4)
    right = slope_of_bowl(x)
    decides(submission, bowl, right * 1.01, x, True, "1 % off, tolerance 5 %", tolerance=0.05)
    decides(submission, bowl, right * 1.01, x, False, "1 % off, tolerance 0.5 %", tolerance=0.005)
    for value in (np.nan, np.inf, -np.inf):
        bad = right.copy()
        bad[1] = value
        decides(submission, bowl, bad, x, False, f"a gradient with {value}")
    f = Dropped()
    masked = 3 * x**2 * f.kept(x, np.random.default_rng(5))
    decides(submission, f, masked, x, True, "a function with a seed", seed=5)
    decides(submission, f, 3 * x**2, x, False, "the gradient without its mask", seed=5)
    refuses(submission, "is_gradient", callback(bowl), right[:3], x)
    refuses(submission, "is_gradient", callback(lambda point: np.nan), right, x)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("is_gradient")
def test_just_within_the_tolerance(submission, rng):
    """is_gradient: the tolerance is relative to the larger number, or to the floor."""
    x = np.array([0.5, -0.25])
    slopes = np.array([4.0, -2.0]) * rng.uniform(1, 2)

    def line(point):
        return float(slopes @ point)

    def level(value):
        return lambda point: value

    for share, expected in ((0.8, True), (1.25, False)):
        for sign in (1, -1):
            claim = slopes * (1 + sign * share * 0.01)
            decides(submission, line, claim, x, expected, f"slopes {share} % off", tolerance=0.01)
        for value, floor in ((0.25, 1e-6), (8192.0, 8192e-6), (-8192.0, 8192e-6)):
            claim = np.array([0.0, share * 1e-4 * floor])
            what = f"a constant {value} with a slope of {claim[1]:.3g}"
            decides(submission, level(value), claim, x, expected, what)
            decides(submission, level(value), -claim, x, expected, what)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("is_gradient")
def test_kinks_of_every_kind(submission, rng):
    """is_gradient: kinks up and down, and values just beyond their slopes."""
    x, tolerance = np.zeros(1), 0.01

    def corner(left, right):
        return lambda point: float(right * max(point[0], 0.0) + left * min(point[0], 0.0))

    kinds = np.array([(-1.0, 1.0), (1.0, -1.0), (0.5, 2.0), (2.0, 0.5), (-0.5, -2.0)])
    for left, right in (rng.uniform(1, 2) * kinds).tolist():
        f, (low, high) = corner(left, right), sorted((left, right))
        claims = {low: True, high: True, (low + high) / 2: True}
        for edge, outward in ((low, -1), (high, 1)):
            claims[edge + outward * abs(edge) * 0.8 * tolerance] = True
            claims[edge + outward * abs(edge) * 1.25 * tolerance] = False
        for claim, expected in claims.items():
            what = f"a corner with slopes {left} and {right}, slope {claim:.6g}"
            decides(submission, f, np.array([claim]), x, expected, what, tolerance=tolerance)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("is_gradient")
def test_corner_of_a_curve(submission, rng):
    """is_gradient: a corner, where the distance of the slopes falls by less than half."""
    x, epsilon = np.zeros(1), 2.0**-6
    bend = 1 / epsilon

    # With ε the slopes are corner + 2 apart, with ε/10 corner + 0.2.
    for corner, expected in ((1.27, False), (2.0, True)):
        for sign in (1, -1):

            def f(point, size=corner, sign=sign):
                return float(sign * (size / 2 * abs(point[0]) + bend * point[0] ** 2))

            share = (corner + 0.2) / (corner + 2)
            what = f"a curve whose slopes stay {share:.2f} of their distance apart"
            for claim in rng.uniform(0.2, 0.4) * np.array([1, -1]):
                decides(submission, f, np.array([claim]), x, expected, what, epsilon=epsilon)


@pytest.mark.task("is_gradient")
@pytest.mark.points(2.5)
@pytest.mark.promise("is_gradient", "rounding-error")
def test_rounding(submission, rng):
    """is_gradient: accepts a right gradient of tiny slopes despite the rounding of f."""
    x, slope = np.zeros(20), 5e-7 * rng.permutation(np.repeat([1.0, -1.0], 10))

    def rough(point):
        return float((8.5 + slope @ point + point @ point) - 8.5)  # rounded as numbers near 8.5 are

    decides(submission, rough, slope, x, True, "tiny slopes of a function with large parts")
    for wrong in (-slope, np.abs(slope), 2 * slope, 0 * slope):
        decides(submission, rough, wrong, x, False, f"slopes of {wrong[:2]} for {slope[:2]}")
