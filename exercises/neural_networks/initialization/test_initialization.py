"""Checks of initialization that you can see. The course has hidden ones, too.

Weights are random. A right answer is off by more than WIDTH standard deviations once in a thousand
million times. The mean of n squares has a relative standard deviation of 0.894/√n where they are
uniform (Var(w²) = 4 b⁴/45 beside b²/3) and of √(2/n) where they are normal.
"""

from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    equal,
    expect,
    matches_distribution,
    returns_new_arrays,
)

WIDTH = 6.1
FAN_IN, FAN_OUT = 200, 100
N = FAN_IN * FAN_OUT
SPREADS = {"xavier_uniform": 0.894 / np.sqrt(N), "fan_in_scaled": np.sqrt(2 / N)}
VARIANCES = {"xavier_uniform": 2 / (FAN_IN + FAN_OUT), "fan_in_scaled": 1 / FAN_IN}


def each(test):
    """`test` for both kinds of weights, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in VARIANCES]
    return pytest.mark.parametrize("name", marks)(test)


def weights(module, name, rng, fan_in=FAN_IN, fan_out=FAN_OUT):
    """Return the weights of one layer; fail if they are not a float64 array of the right shape."""
    W = getattr(module, name)(fan_in, fan_out, rng=rng)
    shape, dtype = getattr(W, "shape", None), getattr(W, "dtype", None)
    what = f"{name}({fan_in}, {fan_out}) should be ({fan_in}, {fan_out}) float64"
    expect(shape == (fan_in, fan_out) and dtype == np.float64, f"{what}, not {shape} {dtype}")
    return W


@each
@pytest.mark.points(1)
@pytest.mark.hint("(fan_in, fan_out), as in x @ W.")
@pytest.mark.promise("xavier_uniform.raises", "fan_in_scaled.raises")
def test_shape(submission, rng, name):
    """One row per input, one column per unit, float64; `rng` decides the numbers."""
    for fan_in, fan_out in ((3, 5), (5, 3), (1, 1)):
        weights(submission, name, rng, fan_in, fan_out)
    first, again, other = (
        weights(submission, name, np.random.default_rng(seed), 3, 2) for seed in (5, 5, 6)
    )
    expect(np.array_equal(first, again), f"{name} draws other weights from the same generator")
    returns_new_arrays(
        submission,
        name,
        4,
        3,
        rng=np.random.default_rng(1),
        expected=getattr(submission, name)(4, 3, rng=np.random.default_rng(1)),
    )
    expect(not np.any(first == other), f"{name} draws the same weights from another generator")


@each
@pytest.mark.points(1.5)
@pytest.mark.hint("Do you set the variance or the standard deviation?")
def test_variance(submission, rng, name):
    """The weights have the right variance and mean 0."""
    W = weights(submission, name, rng)
    variance, expected = float(np.mean(W**2)), VARIANCES[name]
    ratio = variance / expected
    expect(
        abs(ratio - 1) < WIDTH * SPREADS[name],
        f"the variance of {name}({FAN_IN}, {FAN_OUT}) is {variance:.5f}, expected "
        f"{expected:.5f} (ratio {ratio:.3g})",
    )
    mean, bound = float(W.mean()), WIDTH * np.sqrt(expected / N)
    expect(abs(mean) < bound, f"the mean of the weights is {mean:.4f}: it should be 0")


@pytest.mark.task("xavier_uniform")
@pytest.mark.points(1.5)
@pytest.mark.hint("No |weight| exceeds √(6 / (fan_in + fan_out)); all below are equally likely.")
def test_uniform(submission, rng):
    """xavier_uniform: uniform within its bounds."""
    W, bound = weights(submission, "xavier_uniform", rng), np.sqrt(6 / (FAN_IN + FAN_OUT))
    largest = float(np.abs(W).max())
    expect(largest <= bound, f"a weight of ±{largest:.4f} exceeds the bound {bound:.4f}")
    share = float(np.mean(np.abs(W) < bound / 2))
    limit = WIDTH * np.sqrt(0.25 / N)
    expect(
        abs(share - 0.5) < limit,
        f"{share:.1%} of the weights are below half of the bound, expected 50 %",
    )
    parts = np.minimum((W / bound + 1) * 8, 15).astype(int)
    what = "the weights in each sixteenth from the lower bound to the upper one"
    matches_distribution(parts, np.full(16, 1 / 16), what)


@pytest.mark.task("fan_in_scaled")
@pytest.mark.points(1.5)
@pytest.mark.hint("rng.normal: 4.6 % of all numbers exceed two standard deviations.")
def test_normal(submission, rng):
    """fan_in_scaled: normal, with the right share of large weights."""
    W = weights(submission, "fan_in_scaled", rng)
    share, expected = float(np.mean(np.abs(W) > 2 / np.sqrt(FAN_IN))), 0.0455
    limit = WIDTH * np.sqrt(expected * (1 - expected) / N)
    expect(
        abs(share - expected) < limit,
        f"{share:.1%} of the weights are further than 2/√fan_in from 0, expected 4.6 %",
    )
    quantiles = [NormalDist().inv_cdf(i / 16) for i in range(1, 16)]
    what = "the weights between two neighbouring sixteenths of the normal distribution"
    matches_distribution(np.digitize(W * np.sqrt(FAN_IN), quantiles), np.full(16, 1 / 16), what)


@pytest.mark.task("zero_biases")
@pytest.mark.points(1)
@pytest.mark.hint("Two layers with the same biases would be trained as one: make a new array.")
@pytest.mark.promise("zero_biases")
def test_biases(submission, rng):
    """zero_biases: zeros, one per unit, in a new array."""
    for fan_out in (1, 7, int(rng.integers(8, 99))):
        returns_new_arrays(submission, "zero_biases", fan_out, expected=np.zeros(fan_out))


@each
@pytest.mark.points(1.5)
@pytest.mark.hint("Var(w) · fan_in should be about 1, or signals vanish in ten layers.")
def test_ten_layers(submission, rng, plot, name):
    """Ten layers of tanh change signals and gradients as the theory predicts."""
    n, rows = 150, 100
    layers = [weights(submission, name, rng, n, n) for _ in range(10)]
    signals, gradients = _sizes(layers, rng.normal(size=(rows, n)), rng.normal(size=(rows, n)))
    expected_signals, expected_gradients = _theory(10)
    small = [rng.normal(scale=0.01, size=(n, n)) for _ in range(10)]
    faint, _ = _sizes(small, rng.normal(size=(rows, n)), np.zeros((rows, n)))
    plot(
        f"Ten layers of tanh with weights of {name}",
        {
            "yours": signals,
            "theory": expected_signals,
            "standard deviation 0.01": faint,
        },
        x=range(1, 11), x_label="layer", y_label="mean square of the signals", log=True,
    )  # fmt: skip
    # Over 300 draws the logarithm of the ratio has a standard deviation of at most 0.07.
    for actual, expected, what in (
        (signals, expected_signals, "signals behind layer"),
        (gradients, expected_gradients, "gradients in front of layer"),
    ):
        off = np.abs(np.log(np.maximum(actual, 1e-300) / expected))
        i = int(off.argmax())
        expect(
            off[i] < 0.42,
            f"the mean square of {what} {i + 1} is {actual[i]:.3g}, expected about "
            f"{expected[i]:.3g}",
        )


def _sizes(layers, x, grad):
    """Return the mean squares of each layer's output and of the gradient of its input."""
    outputs = [x]
    for W in layers:
        outputs.append(np.tanh(outputs[-1] @ W))
    gradients = []
    for W, h in zip(layers[::-1], outputs[:0:-1], strict=True):
        grad = (grad * (1 - h**2)) @ W.T
        gradients.append(np.mean(grad**2))
    return np.array([np.mean(h**2) for h in outputs[1:]]), np.array(gradients[::-1])


def _theory(layers):
    """Return the same for infinitely many units, where sums are normal: q = E[tanh²(√q z)]."""
    z, p = np.polynomial.hermite_e.hermegauss(101)
    p, q, signals, slopes = p / p.sum(), 1.0, [], []
    for _ in range(layers):
        h = np.tanh(np.sqrt(q) * z)
        q = float(p @ h**2)
        signals.append(q)
        slopes.append(float(p @ (1 - h**2) ** 2))
    return np.array(signals), np.cumprod(slopes[::-1])[::-1]


#: A deep network: inputs, units of each layer, layers, examples; steps and rate of its training.
INPUTS, UNITS, DEPTH, EXAMPLES = 10, 20, 6, 60
TRAINING = {"learning_rate": 0.1, "steps": 60}
#: From large weights the training is chaotic: within 60 steps rounding errors decide its losses.
CHAOTIC = "standard deviation 2"


def regression(rng):
    """Return examples whose targets are a smooth function of the inputs, with variance 1."""
    x = rng.normal(size=(EXAMPLES, INPUTS))
    y = np.tanh(x @ rng.normal(size=INPUTS))
    return x, (y - y.mean()) / y.std()


def layers_of(draw):
    """Return the weights of all layers, each by ``draw(fan_in, fan_out)``."""
    sizes = [INPUTS, *[UNITS] * (DEPTH - 1), 1]
    return [draw(n, m) for n, m in pairwise(sizes)]


def last_losses(submission, reference, rng, activation="tanh"):
    """Return the loss of each step for Xavier, small and large initial weights."""
    x, y = regression(rng)
    starts = {
        "Xavier": lambda n, m: weights(reference, "xavier_uniform", rng, n, m),
        "standard deviation 0.01": lambda n, m: rng.normal(scale=0.01, size=(n, m)),
        CHAOTIC: lambda n, m: rng.normal(scale=2.0, size=(n, m)),
    }
    losses = {}
    for name, draw in starts.items():
        W, settings = layers_of(draw), {**TRAINING, "activation": activation}
        losses[name] = submission.deep_losses(W, x, y, **settings)
        if name != CHAOTIC:
            expected = reference.deep_losses(W, x, y, **settings)
            equal(losses[name], expected, f"the losses of six layers, {name}")
    return losses


@pytest.mark.task("deep_losses")
@pytest.mark.points(4)
@pytest.mark.hint("h_k.T @ grad for each W; grad @ W.T times the slope of f goes one layer down.")
@pytest.mark.promise("unchanged")
def test_deep_losses(submission, reference, rng):
    """deep_losses: the loss of each step, for both activations and several depths."""
    x, y = rng.normal(size=(5, 3)), rng.normal(size=5)
    for sizes in ((3, 1), (3, 4, 1), (3, 4, 2, 1)):
        W = [rng.normal(size=shape) for shape in pairwise(sizes)]
        for activation in ("tanh", "sigmoid"):
            settings = {"learning_rate": 0.05, "steps": 4, "activation": activation}
            agrees(submission, reference, "deep_losses", W, x, y, **settings)


@pytest.mark.task("deep_losses")
@pytest.mark.points(4)
@pytest.mark.hint("If test_deep_losses passes: are all layers trained in every step?")
def test_xavier_converges_faster(submission, reference, rng, plot):
    """deep_losses: six layers learn from Xavier's weights; smaller and larger ones learn less."""
    rounds = [last_losses(submission, reference, rng) for _ in range(3)]
    curves = {name: np.mean([losses[name] for losses in rounds], axis=0) for name in rounds[0]}
    plot("Six layers of tanh by their initial weights", curves,
         x=range(1, 1 + TRAINING["steps"]), x_label="step", y_label="loss", log=True)  # fmt: skip
    end = {name: float(curve[-10:].mean()) for name, curve in curves.items()}
    for name in ("standard deviation 0.01", CHAOTIC):
        actual = f"{end['Xavier']:.3g} with Xavier, {end[name]:.3g} with {name}"
        expect(end["Xavier"] < 0.6 * end[name], f"the last losses are {actual}")


@pytest.mark.task("deep_losses")
@pytest.mark.points(4)
@pytest.mark.hint("If test_deep_losses passes: are all layers trained in every step?")
def test_tanh_converges_faster_than_sigmoid(submission, reference, rng):
    """deep_losses: with the same Xavier weights and steps, tanh reaches a lower loss."""
    ends = {"tanh": 0.0, "sigmoid": 0.0}
    for activation in ends:
        for _ in range(3):
            losses = last_losses(submission, reference, rng, activation)["Xavier"]
            ends[activation] += float(np.mean(losses[-10:])) / 3
    actual = f"{ends['tanh']:.3g} with tanh, {ends['sigmoid']:.3g} with the sigmoid"
    expect(ends["tanh"] < 0.6 * ends["sigmoid"], f"the last losses are {actual}")
