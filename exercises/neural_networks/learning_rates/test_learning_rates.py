"""Checks of the learning rates that you can see. `grade learning_rates` adds the hidden ones."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect


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
def test_step_decay(submission, reference):
    """StepDecay: multiplied by x every n steps."""
    same_rates(submission, reference, "StepDecay", 0.1, 0.5, 10)
    same_rates(submission, reference, "StepDecay", 2.0, 0.9, 3)


@pytest.mark.task("StepDecay")
@pytest.mark.points(1)
@pytest.mark.hint("The rate is constant for n steps: t = 0 ... n − 1.")
def test_step_decay_starts_at_the_start(submission):
    """StepDecay: n steps at α₀, then n steps at x α₀."""
    found = rates(submission.StepDecay(0.8, 0.25, 4), range(9))
    equal(found, np.repeat([0.8, 0.2, 0.05], [4, 4, 1]), "the rates of StepDecay(0.8, 0.25, 4)")


@pytest.mark.task("ExponentialDecay")
@pytest.mark.points(2)
@pytest.mark.hint("exp(−k t), with a minus.")
def test_exponential_decay(submission, reference):
    """ExponentialDecay: α₀ exp(−k t)."""
    same_rates(submission, reference, "ExponentialDecay", 0.1, 0.05)
    same_rates(submission, reference, "ExponentialDecay", 3.0, 1.5)


@pytest.mark.task("ExponentialDecay")
@pytest.mark.points(1)
def test_exponential_decay_has_one_ratio(submission):
    """ExponentialDecay: each step multiplies the rate by the same factor."""
    found = rates(submission.ExponentialDecay(0.5, 0.2), range(12))
    equal(found[1:] / found[:-1], np.full(11, np.exp(-0.2)), "α(t+1) / α(t)", rtol=1e-12)


@pytest.mark.task("InverseDecay")
@pytest.mark.points(2)
@pytest.mark.hint("τ / max(t, τ): divide by the larger of the two.")
def test_inverse_decay(submission, reference):
    """InverseDecay: α₀ τ / max(t, τ)."""
    same_rates(submission, reference, "InverseDecay", 0.1, 10.0)
    same_rates(submission, reference, "InverseDecay", 2.0, 0.5)


@pytest.mark.task("InverseDecay")
@pytest.mark.points(1)
@pytest.mark.hint("Before τ the rate is α₀, at t = 2τ half of it, at t = 10τ a tenth.")
def test_inverse_decay_is_continuous(submission):
    """InverseDecay: constant until τ, continuous there, then proportional to 1/t."""
    found = rates(submission.InverseDecay(0.6, 8.0), [0, 7, 8, 9, 16, 80])
    equal(found, 0.6 * np.array([1, 1, 1, 8 / 9, 0.5, 0.1]), "α(t) around τ = 8", rtol=1e-12)
    late = rates(submission.InverseDecay(0.6, 8.0), range(8, 60))
    expect(np.all(np.diff(late) < 0), "after τ the rate falls at every step")


@pytest.mark.task("fan_in_rate")
@pytest.mark.points(2)
@pytest.mark.hint("Four times as many inputs, half the rate.")
def test_fan_in_rate(submission, reference):
    """fan_in_rate: the rate is divided by the square root of the number of inputs."""
    for fan_in in (1, 4, 100, 30):
        agrees(submission, reference, "fan_in_rate", 0.1, fan_in)
