"""Hidden checks of initialization: other sizes, independent draws."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, refuses

VARIANCES = {
    "xavier_uniform": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "fan_in_scaled": lambda fan_in, fan_out: 1 / fan_in,
}
#: A right answer is off by more standard deviations about once in a thousand million times.
WIDTH = 6.1
#: Relative standard deviation of the mean of n squares, times √n.
SPREADS = {"xavier_uniform": 0.894, "fan_in_scaled": np.sqrt(2)}


def each(test):
    """`test` for both kinds of weights, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in VARIANCES]
    return pytest.mark.parametrize("name", marks)(test)


@each
@pytest.mark.points(0.75)
@pytest.mark.hint("Use fan_in and fan_out each in its own place.")
@pytest.mark.promise("fans", "shape", "xavier_uniform.raises", "fan_in_scaled.raises")
def test_narrow_and_wide_layers(submission, rng, name):
    """Layers with few inputs and many units, with many inputs and few units, and without."""
    for fan_in, fan_out in ((0, 3), (3, 0), (-1, 3)):
        refuses(submission, name, fan_in, fan_out, rng=rng)
    for fan_in, fan_out in ((20, 900), (900, 20)):
        W = getattr(submission, name)(fan_in, fan_out, rng=rng)
        expect(np.shape(W) == (fan_in, fan_out), f"{name}({fan_in}, {fan_out}) has another shape")
        ratio = float(np.mean(W**2)) / VARIANCES[name](fan_in, fan_out)
        bound = WIDTH * SPREADS[name] / np.sqrt(fan_in * fan_out)
        what = f"the variance of {name}({fan_in}, {fan_out})"
        expect(abs(ratio - 1) < bound, f"{what} is {ratio:.3g} times the expected value")


@each
@pytest.mark.points(0.75)
@pytest.mark.hint("Draw from `rng` only: the same seed must give the same weights.")
@pytest.mark.promise("generator", "own-draws")
def test_the_generator_decides(submission, name):
    """The same seed gives the same weights, another seed others; no weight is repeated."""
    draw = getattr(submission, name)
    first, again, other = (draw(6, 7, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    expect(np.array_equal(first, again), f"{name} with the same rng gives other weights")
    expect(not np.any(first == other), f"{name} with another rng gives the same weights")
    independent = len(np.unique(np.abs(first))) == 42
    expect(independent, f"{name} repeats weights: the draws should be independent")


@pytest.mark.task("deep_losses")
@pytest.mark.points(2)
@pytest.mark.promise("deep_losses.weights", "deep_losses.returns")
def test_one_layer_and_no_steps(submission, reference, rng):
    """deep_losses: a linear network, no steps, and one example."""
    x, y = rng.normal(size=(1, 4)), rng.normal(size=1)
    linear = [rng.normal(size=(4, 1))]
    for steps in (0, 3):
        agrees(submission, reference, "deep_losses", linear, x, y, learning_rate=0.1, steps=steps)


@pytest.mark.task("deep_losses")
@pytest.mark.points(1)
@pytest.mark.promise("deep_losses")
def test_a_rate_of_zero_moves_nothing(submission, rng):
    """deep_losses: without a rate the loss stays, and it is the mean of squares."""
    x, y = rng.normal(size=(6, 2)), rng.normal(size=6)
    W = [rng.normal(size=(2, 3)), rng.normal(size=(3, 1))]
    loss = float(np.mean(((np.tanh(x @ W[0]) @ W[1])[:, 0] - y) ** 2))
    actual = submission.deep_losses(W, x, y, learning_rate=0.0, steps=3)
    equal(actual, [loss] * 3, "three losses with a learning rate of 0")
