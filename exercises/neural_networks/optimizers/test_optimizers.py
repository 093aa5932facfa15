"""Public checks of the optimizers: two steps by hand, then 50 against the solution."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import after_call, arrays_are_fixed, equal, expect, set_attribute

#: Two weights and a bias. `W` and `U` have one shape: their memories must not get mixed up.
SHAPES = {"W": (3, 4), "b": (4,), "U": (3, 4)}


def draw(rng):
    """Return one array for each name of `SHAPES`."""
    return {name: rng.normal(size=shape) for name, shape in SHAPES.items()}


def take_step(optimizer, parameters, gradients):
    """Return the parameters after one step; check that it is in place and keeps the gradients."""
    outcome = optimizer.step.outcome(parameters, gradients, after=True)
    moved, left = outcome.args
    equal(left, gradients, "the gradients after step (they must not change)", rtol=0.0)
    for name in parameters:
        in_place = f"argument 1['{name}']" in outcome.changed
        expect(
            in_place
            or np.array_equal(moved[name], parameters[name])
            or arrays_are_fixed(optimizer, parameters[name]),
            f"step puts a new array into parameters['{name}']: change the array in place, "
            "because the model holds it",
        )
    return moved


def by_hand(modules, rng, name, first, second, **options):
    """Check the worked example of the README, x = 1 and steps with g = 2 and g = −1; then others.

    Args:
        modules: the submission and the reference, which works out the steps that are drawn.
    """
    optimizer = getattr(modules[0], name)(0.1, **options)
    x = take_step(optimizer, {"x": np.array([1.0])}, {"x": np.array([2.0])})
    equal(x["x"], np.array([first]), "x = 1 after a step with g = 2", rtol=1e-6)
    x = take_step(optimizer, x, {"x": np.array([-1.0])})
    equal(x["x"], np.array([second]), "x after a second step, with g = −1", rtol=1e-6)
    student, solution = (getattr(module, name)(0.1, **options) for module in modules)
    mine = theirs = {"x": rng.normal(size=1)}
    for gradient in rng.normal(size=(2, 1)):
        mine = take_step(student, mine, {"x": gradient})
        theirs, _ = after_call(solution, "step", theirs, {"x": gradient})
        equal(mine["x"], theirs["x"], f"x after a step with g = {gradient[0]:.4g}")


def same_trajectory(submission, reference, rng, name, *args, **options):
    """Compare all parameters after each of 50 steps of random gradients and two rates."""
    student = getattr(submission, name)(*args, **options)
    solution = getattr(reference, name)(*args, **options)
    mine = theirs = draw(rng)
    for step in range(1, 51):
        gradients = draw(rng)
        for optimizer in (student, solution) if step == 25 else ():
            set_attribute(optimizer, "learning_rate", 0.02)
        mine = take_step(student, mine, gradients)
        theirs, _ = after_call(solution, "step", theirs, gradients)
        for key, expected in theirs.items():
            equal(mine[key], expected, f"parameters['{key}'] after step {step} of 50")


@pytest.mark.task("SGD")
@pytest.mark.points(1.5)
@pytest.mark.hint("Against the gradient, and in place: x -= ..., not x = x - ...")
def test_sgd_by_hand(submission, reference, rng):
    """SGD: two steps as worked out in the README."""
    by_hand((submission, reference), rng, "SGD", 0.8, 0.9)


@pytest.mark.task("SGD")
@pytest.mark.points(1.5)
@pytest.mark.hint("Each parameter takes the gradient of its own name.")
@pytest.mark.promise("any-input", "unchanged", "optimizers", "new-arrays")
def test_sgd_trajectory(submission, reference, rng):
    """SGD: 50 steps of three parameters."""
    same_trajectory(submission, reference, rng, "SGD", 0.05)


@pytest.mark.task("Momentum")
@pytest.mark.points(1.5)
@pytest.mark.hint("First update the velocity, v = μ v − α g, then add the new velocity to x.")
def test_momentum_by_hand(submission, reference, rng):
    """Momentum: two steps as worked out in the README."""
    by_hand((submission, reference), rng, "Momentum", 0.8, 0.72)


@pytest.mark.task("Momentum")
@pytest.mark.points(1.5)
@pytest.mark.hint("One velocity for each name, in self.v[name].")
@pytest.mark.promise("unchanged", "current-rate")
def test_momentum_trajectory(submission, reference, rng):
    """Momentum: 50 steps of three parameters, each with its own velocity."""
    same_trajectory(submission, reference, rng, "Momentum", 0.05, mu=0.8)


@pytest.mark.task("AdaGrad")
@pytest.mark.points(1.5)
@pytest.mark.hint("The cache is the sum of g² over all steps, including the current one.")
def test_ada_grad_by_hand(submission, reference, rng):
    """AdaGrad: two steps as worked out in the README."""
    by_hand((submission, reference), rng, "AdaGrad", 0.9, 0.9 + 0.1 / np.sqrt(5.0))


@pytest.mark.task("AdaGrad")
@pytest.mark.points(1.5)
@pytest.mark.hint("ε is inside the root: √(c + ε). One cache for each name.")
@pytest.mark.promise("unchanged")
def test_ada_grad_trajectory(submission, reference, rng):
    """AdaGrad: 50 steps of three parameters, each with its own cache."""
    same_trajectory(submission, reference, rng, "AdaGrad", 0.05)


@pytest.mark.task("RMSProp")
@pytest.mark.points(1.5)
@pytest.mark.hint("The new square is added to the cache with weight 1 − decay.")
def test_rms_prop_by_hand(submission, reference, rng):
    """RMSProp: two steps as worked out in the README."""
    first = 1.0 - 0.2 / np.sqrt(0.4)
    by_hand((submission, reference), rng, "RMSProp", first, first + 0.1 / np.sqrt(0.46))


@pytest.mark.task("RMSProp")
@pytest.mark.points(1.5)
@pytest.mark.hint("ε is outside the root: √c + ε. One cache for each name.")
@pytest.mark.promise("unchanged")
def test_rms_prop_trajectory(submission, reference, rng):
    """RMSProp: 50 steps of three parameters, each with its own cache."""
    same_trajectory(submission, reference, rng, "RMSProp", 0.05, decay=0.8)


@pytest.mark.task("Adam")
@pytest.mark.points(1.5)
@pytest.mark.hint("With the corrections the first step has length α for every g: t is 1, not 0.")
def test_adam_by_hand(submission, reference, rng):
    """Adam: two steps as worked out in the README."""
    m, v = 0.08 / 0.19, 0.004996 / 0.001999
    by_hand((submission, reference), rng, "Adam", 0.9, 0.9 - 0.1 * m / np.sqrt(v))


@pytest.mark.task("Adam")
@pytest.mark.points(1.5)
@pytest.mark.hint("Store m and v uncorrected: the corrected ones are for this step only.")
@pytest.mark.promise("unchanged")
def test_adam_trajectory(submission, reference, rng):
    """Adam: 50 steps of three parameters, each with its own m, v and t."""
    same_trajectory(submission, reference, rng, "Adam", 0.05, beta1=0.8, beta2=0.95)


@pytest.mark.task("Adam")
@pytest.mark.points(1.5)
@pytest.mark.hint("bias_correction=False: m̂ = m and v̂ = v, nothing else changes.")
def test_adam_of_the_notes(submission, reference, rng):
    """Adam: without bias correction, the update of the notes."""
    first = 1.0 - 0.1 * 0.2 / np.sqrt(0.004)
    second = first - 0.1 * 0.08 / np.sqrt(0.004996)
    by_hand((submission, reference), rng, "Adam", first, second, bias_correction=False)
    same_trajectory(submission, reference, rng, "Adam", 0.05, bias_correction=False)
