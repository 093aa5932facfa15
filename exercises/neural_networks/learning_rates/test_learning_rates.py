"""Checks of the learning rates that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, callback, equal, expect, returns_new_arrays


def rates(schedule, steps):
    """Return the rate at each of `steps`."""
    return np.array([schedule.rate(int(step)) for step in steps])


def same_rates(submission, reference, name, *arguments, steps=range(25)):
    """Check that both schedules have the same rates."""
    ours = rates(getattr(submission, name)(*arguments), steps)
    theirs = rates(getattr(reference, name)(*arguments), steps)
    what = ", ".join(f"{argument:g}" for argument in arguments)
    equal(ours, theirs, f"the rates of {name}({what})", rtol=1e-12)
    schedule = getattr(submission, name)(*arguments)
    backwards = rates(schedule, steps[::-1])[::-1]
    equal(backwards, theirs, f"the rates of {name}({what}), from the last step", rtol=1e-12)
    return ours


@pytest.mark.task("StepDecay")
@pytest.mark.points(2)
@pytest.mark.hint("⌊t / n⌋ is step // every.")
def test_step_decay(submission, reference, rng):
    """StepDecay: multiplied by x every n steps."""
    same_rates(submission, reference, "StepDecay", 0.1, 0.5, 10)
    settings = rng.uniform(0.1, 2), rng.uniform(0.3, 0.9), int(rng.integers(2, 9))
    same_rates(submission, reference, "StepDecay", *settings)


@pytest.mark.task("StepDecay")
@pytest.mark.points(1)
@pytest.mark.hint("The rate is constant for n steps: t = 0 ... n − 1.")
def test_step_decay_starts_at_the_start(submission, rng):
    """StepDecay: n steps at α₀, then n steps at x α₀."""
    actual = rates(submission.StepDecay(0.8, 0.25, 4), range(9))
    equal(actual, np.repeat([0.8, 0.2, 0.05], [4, 4, 1]), "the rates of StepDecay(0.8, 0.25, 4)")
    rate, n = rng.uniform(0.1, 2), int(rng.integers(2, 9))
    actual = rates(submission.StepDecay(rate, 0.5, n), range(2 * n))
    equal(actual, np.repeat([rate, rate / 2], n), f"the rates of StepDecay({rate:.4g}, 0.5, {n})")


@pytest.mark.task("ExponentialDecay")
@pytest.mark.points(2)
@pytest.mark.hint("exp(−k t), with a minus.")
def test_exponential_decay(submission, reference, rng):
    """ExponentialDecay: α₀ exp(−k t)."""
    same_rates(submission, reference, "ExponentialDecay", 0.1, 0.05)
    same_rates(submission, reference, "ExponentialDecay", *rng.uniform(0.1, 2, size=2))


@pytest.mark.task("ExponentialDecay")
@pytest.mark.points(1)
@pytest.mark.hint("α(t+1) / α(t) = exp(−k) for every t.")
def test_exponential_decay_has_one_ratio(submission, rng):
    """ExponentialDecay: each step multiplies the rate by the same factor."""
    for k in (0.2, rng.uniform(0.1, 1)):
        actual = rates(submission.ExponentialDecay(0.5, k), range(12))
        equal(actual[1:] / actual[:-1], np.full(11, np.exp(-k)), "α(t+1) / α(t)", rtol=1e-12)


@pytest.mark.task("InverseDecay")
@pytest.mark.points(2)
@pytest.mark.hint("τ / max(t, τ): divide by the larger of the two.")
def test_inverse_decay(submission, reference, rng):
    """InverseDecay: α₀ τ / max(t, τ)."""
    same_rates(submission, reference, "InverseDecay", 0.1, 10.0)
    same_rates(submission, reference, "InverseDecay", 2.0, 0.5)
    same_rates(submission, reference, "InverseDecay", rng.uniform(0.1, 2), rng.uniform(1, 20))


@pytest.mark.task("InverseDecay")
@pytest.mark.points(1)
@pytest.mark.hint("Before τ the rate is α₀, at t = 2τ half of it, at t = 10τ a tenth.")
def test_inverse_decay_is_continuous(submission, rng):
    """InverseDecay: constant until τ, continuous there, then proportional to 1/t."""
    actual = rates(submission.InverseDecay(0.6, 8.0), [0, 7, 8, 9, 16, 80])
    equal(actual, 0.6 * np.array([1, 1, 1, 8 / 9, 0.5, 0.1]), "α(t) around τ = 8", rtol=1e-12)
    rate, late = rng.uniform(0.1, 2), rates(submission.InverseDecay(0.6, 8.0), range(8, 60))
    actual = rates(submission.InverseDecay(rate, 8.0), [0, 8, 16])
    equal(actual, rate * np.array([1, 1, 0.5]), f"α(t) around τ = 8 from {rate:.4g}", rtol=1e-12)
    expect(np.all(np.diff(late) < 0), "after τ the rate falls at every step")


@pytest.mark.task("fan_in_rate")
@pytest.mark.points(2)
@pytest.mark.hint("Four times as many inputs, half the rate.")
def test_fan_in_rate(submission, reference, rng):
    """fan_in_rate: the rate is divided by the square root of the number of inputs."""
    for fan_in in (1, 4, 100, int(rng.integers(5, 999))):
        agrees(submission, reference, "fan_in_rate", 0.1, fan_in)


#: A bowl ½ Σ c_i θ_i²: contours are narrow ellipses. A constant rate above 2 / max c diverges.
CURVATURES = np.array([1.0, 20.0])
START = np.array([1.0, 1.0])


def losses_on(modules, rates, steps=40, copies=1, noise=0.0, seed=0, size=1.0):
    """Return J along the path of the submission on `copies` bowls beside each other.

    Args:
        modules: the submission and the reference, whose paths must agree.
        seed: of the noise, the same for both.
        size: of the start.
    """
    c, start = np.tile(CURVATURES, copies), size * np.tile(START, copies)

    path, expected = (
        module.gradient_descent(callback(Slope(c, noise, seed)), start, rates, steps)
        for module in modules
    )
    equal(path, expected, "the path of gradient_descent")
    with np.errstate(over="ignore", invalid="ignore"):
        return 0.5 * path**2 @ c


class Slope:
    """The gradient of a bowl with curvatures `c`, with noise."""

    def __init__(self, c, noise, seed):
        self.c, self.noise, self.rng = c, noise, np.random.default_rng(seed)

    def __call__(self, theta):
        """Return the gradient at θ."""
        return self.c * np.asarray(theta) + self.noise * self.rng.normal(size=len(self.c))


class Rates:
    """A schedule of the check's own, so that a wrong one of the submission does no harm here."""

    def __init__(self, rate):
        self.rate = rate


def schedule(rate):
    """Return a schedule with the rate ``rate(step)`` that the submission can call."""
    return callback(Rates(rate), "rate")


def constant(rate):
    """Return a schedule that never changes."""
    return schedule(lambda step: rate)


@pytest.mark.task("gradient_descent")
@pytest.mark.points(1.5)
@pytest.mark.hint("θ_{t+1} = θ_t − schedule.rate(t) times gradient(θ_t), from t = 0.")
@pytest.mark.promise("gradient_descent.gradient", "unchanged")
def test_path(submission, rng):
    """gradient_descent: three steps on ½ θ² with a rate that halves."""
    gradient = callback(np.asarray)
    halving = schedule(lambda step: 0.5 ** (step + 1))
    outcome = submission.gradient_descent.outcome(gradient, np.array([8.0]), halving, 3)
    expected = np.array([[8.0], [4.0], [3.0], [2.625]])
    equal(outcome.value, expected, "the path from 8 with the rates ½, ¼ and ⅛ on ½ θ²")
    equal(list(outcome.changed), [], "the arguments that gradient_descent changes")
    start = rng.uniform(1, 9)
    path = submission.gradient_descent(gradient, np.array([start]), halving, 3)
    equal(path, expected * start / 8, f"the path from {start:.4g} with these rates")
    asked = gradient, np.array([8.0]), halving, 3
    returns_new_arrays(submission, "gradient_descent", *asked, expected=expected)
    asked = []

    def counted(theta):
        asked.append(float(np.asarray(theta)[0]))
        return np.asarray(theta)

    path = submission.gradient_descent(callback(counted), np.array([8.0]), constant(1e-4), 60)
    expected = 8 * (1 - 1e-4) ** np.arange(61.0)
    equal(path, expected[:, None], "the path of 60 small steps on ½ θ²")
    equal(np.array(asked), expected[:-1], "the points at which the gradient is asked for, in order")


@pytest.mark.task("gradient_descent")
@pytest.mark.points(1)
@pytest.mark.hint("If test_path passes, is one point of the path wrong, or its number of points?")
def test_large_rates_diverge_and_small_ones_crawl(submission, reference, rng, plot):
    """gradient_descent: a rate above 2/c diverges, a tiny one crawls, one between arrives."""
    rates = {"above 2/20": 0.11, "near it": 0.09, "tiny": 0.0005}
    modules, size = (submission, reference), rng.uniform(1, 2)
    losses = {name: losses_on(modules, constant(a), size=size) for name, a in rates.items()}
    plot("A bowl with curvatures 1 and 20", losses, x=range(41), x_label="step", y_label="loss",
         log=True)  # fmt: skip
    start = losses["tiny"][0]
    expect(losses["above 2/20"][-1] > 1e4 * start, "with a rate of 0.11 the loss should explode")
    expect(losses["near it"][-1] < 1e-2 * start, "with a rate of 0.09 the loss should vanish")
    left = losses["tiny"][-1]
    expect(0.2 * start < left < 0.9 * start, f"with a rate of 0.0005, {left:.3g} of {start:.3g}")


@pytest.mark.task("gradient_descent")
@pytest.mark.points(1)
@pytest.mark.hint("α(t) with t = 0 at the first step; the gradient is asked for once per step.")
def test_annealing(submission, reference, rng):
    """gradient_descent: with noisy gradients, a rate that falls ends nearer to the minimum."""
    rates = {"constant": lambda step: 0.09, "falling": lambda step: 1.8 / max(step, 20)}
    both, seed = (submission, reference), int(rng.integers(1 << 32))
    last = {
        name: losses_on(both, schedule(rate), 100, 100, 1.0, seed)[-40:].mean()
        for name, rate in rates.items()
    }
    actual = f"{last['falling']:.3g}, and {last['constant']:.3g} with a constant one"
    expect(last["falling"] < 0.7 * last["constant"], f"the loss with a falling rate is {actual}")
