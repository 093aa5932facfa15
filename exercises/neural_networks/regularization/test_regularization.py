"""Checks of the penalties that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, real_array, returns_a_float
from autograder.checks.numerical_gradients import numerical_gradient

PENALTIES = ["L2Penalty", "L1Penalty"]


def parameters(rng):
    """Return parameters of a small network: two weight matrices and two biases."""
    shapes = {"W_1": (3, 4), "b_1": (4,), "W_2": (4, 2), "b_2": (2,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def of_both(submission, reference, name, strength=0.1):
    """The penalty `name` of the submission and of the reference."""
    return getattr(submission, name)(strength), getattr(reference, name)(strength)


def checked(test):
    """`test` for both penalties, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in PENALTIES]
    return pytest.mark.parametrize("name", marks)(test)


@checked
@pytest.mark.points(2)
@pytest.mark.hint("Sum over the entries of both matrices, then multiply the sum by λ.")
def test_value(submission, reference, rng, name):
    """The value of the penalty."""
    ours, theirs = of_both(submission, reference, name)
    given = parameters(rng)
    agrees(ours, theirs, "value", given, rtol=1e-9)
    returns_a_float(ours, "value", given)


@checked
@pytest.mark.points(2)
@pytest.mark.hint("The derivative of w² is 2 w, that of |w| is the sign of w.")
@pytest.mark.promise("new-arrays", "L2Penalty.gradient", "L1Penalty.gradient")
def test_gradient(submission, reference, rng, name):
    """The derivative with respect to each weight, in new arrays."""
    for strength in (0.1, 0.5, 1.0):
        pair = of_both(submission, reference, name, strength)
        agrees(*pair, "gradient", parameters(rng), rtol=1e-9)


@checked
@pytest.mark.points(1)
@pytest.mark.hint("weights(parameters) leaves out biases, which have one axis.")
def test_biases_are_left_alone(submission, reference, rng, name):
    """Biases are not penalised and have no gradient."""
    (penalty, other), given = of_both(submission, reference, name, 0.5), parameters(rng)
    before = penalty.value(given)
    expect(before > 0, f"the penalty of weights that are not 0 is {before}")
    equal(before, other.value(given), "the penalty")
    given["b_1"] *= 100
    equal(penalty.value(given), before, "the penalty with biases 100 times larger", rtol=1e-12)
    actual = set(penalty.gradient(given))
    expect(
        actual == {"W_1", "W_2"}, f"the gradient names {sorted(actual)}: W_1 and W_2 are weights"
    )


@checked
@pytest.mark.points(1)
@pytest.mark.hint("Differentiate value: 2 λ W for the squares, λ sign(W) for the absolute values.")
def test_gradient_is_the_derivative_of_the_value(submission, reference, rng, name):
    """The gradient agrees with numerical gradients of your own value."""
    penalty, other = of_both(submission, reference, name, 0.3)
    given = {"W": rng.normal(size=(2, 3)), "U": rng.normal(size=(1, 2, 2))}
    agrees(penalty, other, "value", given, rtol=1e-9)
    measured = numerical_gradient(penalty.value, given)
    equal(penalty.gradient(given), measured, f"{name}.gradient, numerically", rtol=1e-6)


#: A linear problem with few examples: five of forty weights matter, the others fit noise.
EXAMPLES, FEATURES, USEFUL, NOISE = 50, 45, 5, 3.0
STRENGTHS = (0.0, 0.01, 0.1, 1.0, 10.0, 100.0)


def linear_problem(rng):
    """Return training data, held-out data, and the true weights."""
    w = np.concatenate([rng.choice([-4.5, 4.5], size=USEFUL), np.zeros(FEATURES - USEFUL)])

    def draw(count):
        x = rng.normal(size=(count, FEATURES))
        return x, x @ w + 1 + NOISE * rng.normal(size=count)

    return draw(EXAMPLES), draw(1000), w


def errors_of(fitted, *samples):
    """Return the mean squared errors of (w, b)."""
    w, b = fitted
    w = real_array(w, (FEATURES,), "the weights of fit_linear")
    return [float(np.mean((x @ w + b - y) ** 2)) for x, y in samples]


@pytest.mark.task("soft_threshold")
@pytest.mark.points(2)
@pytest.mark.hint("Move every weight towards 0 by `amount`, but not beyond.")
@pytest.mark.promise("soft_threshold")
def test_soft_threshold(submission, reference, rng):
    """soft_threshold: large weights shrink, small ones become 0."""
    w = np.array([-3.0, -0.5, 0.0, 0.5, 2.0])
    equal(submission.soft_threshold(w, 1.0), np.array([-2.0, 0, 0, 0, 1.0]), "w with amount 1")
    agrees(submission, reference, "soft_threshold", rng.normal(size=(4, 3)), 0.3)
    agrees(submission, reference, "soft_threshold", w, 0.0)


@pytest.mark.task("fit_linear")
@pytest.mark.points(2)
@pytest.mark.hint("2 error @ x / N + 2 l2 w for w, 2 error.mean() for b; then the threshold for w.")
@pytest.mark.promise("fit_linear.x,y")
def test_fit_linear(submission, reference, rng):
    """fit_linear: weights and bias after a few steps, with both penalties."""
    x, y = rng.normal(size=(7, 3)), rng.normal(size=7)
    for strengths in ({}, {"l2": 0.3}, {"l1": 0.2}, {"l2": 0.1, "l1": 0.05}):
        for steps in (1, 2, 20):
            agrees(submission, reference, "fit_linear", x, y, **strengths, steps=steps)


@pytest.mark.task("fit_linear")
@pytest.mark.points(1.5)
@pytest.mark.hint("If test_fit_linear passes: does a larger l2 give smaller weights?")
def test_strengths(submission, reference, rng, plot):
    """fit_linear: λ too small overfits, λ too large fits nothing, one between is best."""
    problems, means = [linear_problem(rng)[:2] for _ in range(4)], []
    for strength in STRENGTHS:
        settings = {"learning_rate": 0.1 / (1 + strength), "steps": 500}
        fits = [
            agrees(submission, reference, "fit_linear", *train, l2=strength, **settings)
            for train, _ in problems
        ]
        errors = [errors_of(fit, *samples) for fit, samples in zip(fits, problems, strict=True)]
        means.append(np.mean(errors, axis=0))
    training, new = (np.array(column) for column in zip(*means, strict=True))
    plot("Mean squared error by the strength of L2", {"training": training, "held out": new},
         x=range(len(STRENGTHS)), x_label="λ = 0, 0.01, 0.1, 1, 10, 100", y_label="error",
         log=True)  # fmt: skip
    expect(np.all(np.diff(training) > -1e-6), f"training errors {training.round(2)} should rise")
    expect(new[0] > 3 * training[0], f"without a penalty {training[0]:.2f} becomes {new[0]:.2f}")
    best = new.min()
    expect(best < 0.97 * new[0], f"no λ has an error below that of λ = 0, {new[0]:.2f}")
    both = min(training[-1], new[-1])
    expect(both > 1.2 * best, f"λ = 100 should fit nothing, but its error is {both:.2f}")


@pytest.mark.task("fit_linear")
@pytest.mark.points(1)
@pytest.mark.hint("Only soft_threshold after each step makes weights exactly 0.")
def test_sparse_weights(submission, reference, rng):
    """fit_linear: L1 makes useless weights exactly 0, L2 none."""
    train, _, true = linear_problem(rng)
    settings = {"learning_rate": 0.05, "steps": 500}
    sparse, _ = agrees(submission, reference, "fit_linear", *train, l1=2.0, **settings)
    dense, _ = agrees(submission, reference, "fit_linear", *train, l2=0.5, **settings)
    zeros = real_array(sparse, (FEATURES,), "the weights with L1")[true == 0] == 0
    expect(zeros.mean() > 0.5, f"L1 makes {zeros.sum()} of {zeros.size} useless weights 0")
    expect(np.all(sparse[true != 0] != 0), "L1 should keep the five weights that matter")
    expect(np.all(dense != 0), "L2 makes weights small, but none of them 0")
