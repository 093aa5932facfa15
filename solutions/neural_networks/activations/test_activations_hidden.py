"""Hidden checks of the activation functions: far tails, other shapes, float32, a second use."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import equal, finite, paired_models

#: Far from zero on both sides: exp(1000) overflows.
FAR = np.array([[[-1e3, -700.0, -30.0]], [[30.0, 700.0, 1e3]]])


def works_everywhere(pair, rng):
    """Compare values and gradients in later uses, for float32, and for other shapes.

    The first arrays have the shape of FAR, which was used before: a mask or a result that is kept
    for one input is wrong for the next.
    """
    passed_on = rng.uniform(0.1, 0.9, size=FAR.shape)  # where some functions are the identity
    pair.same_forward(passed_on)
    pair.same_backward(passed_on, rng=rng)
    single = rng.normal(scale=2.0, size=FAR.shape).astype(np.float32)
    pair.same_forward(single, rtol=1e-5)
    pair.same_backward(single, rng=rng, rtol=1e-5)
    used_last = rng.normal(scale=2.0, size=FAR.shape)
    pair.student.forward(-used_last)
    pair.same_backward(used_last, rng=rng)  # it belongs to the last forward
    for shape in [(7,), (2, 3, 4), (0, 3)]:
        pair.same_backward(rng.normal(scale=2.0, size=shape), rng=rng)


def tails(pair, values, derivatives):
    """Compare values and derivatives at FAR; none may be infinite or NaN."""
    value = pair.student.forward(FAR)
    derivative = pair.student.backward(np.ones_like(FAR))
    finite(value, "the output at z = ±1000, ±700 and ±30")
    finite(derivative, "the derivative at z = ±1000, ±700 and ±30")
    equal(value, values, "the output at z = −1000, −700, −30 and 30, 700, 1000", atol=1e-300)
    equal(derivative, derivatives, "the derivative at the same z", atol=1e-12)


@pytest.mark.task("Sigmoid")
@pytest.mark.points(1.5)
@pytest.mark.hint("Take exp of −|z| only: it lies in (0, 1].")
@pytest.mark.promise(
    "finite-value",
    "any-shape",
    "Sigmoid.forward",
    "dtype",
    "independent-calls",
)
def test_sigmoid_far_tails(submission, reference, rng):
    """Sigmoid: no overflow at z = ±1000; any shape; float32 stays float32."""
    pair = paired_models(submission, reference, "Sigmoid")
    e = np.exp(-np.abs(FAR))
    tails(pair, np.where(FAR < 0, e, 1.0) / (1.0 + e), e)
    for z in (-700.0, -600.0, -30.0):
        value = pair.student.forward(np.array([z]))
        equal(value, np.exp(np.array([z])), f"σ({z:g})", rtol=1e-7)
    works_everywhere(pair, rng)


@pytest.mark.task("Tanh")
@pytest.mark.points(1.5)
@pytest.mark.hint("exp(1000) overflows and ∞/∞ is NaN: np.tanh and 2σ(2z) − 1 avoid both.")
@pytest.mark.promise("Tanh.forward", "any-shape", "dtype", "independent-calls")
def test_tanh_far_tails(submission, reference, rng):
    """Tanh: exactly ±1 far from zero; any shape; float32 stays float32."""
    pair = paired_models(submission, reference, "Tanh")
    tails(pair, np.sign(FAR), np.zeros_like(FAR))
    works_everywhere(pair, rng)


@pytest.mark.task("HardTanh")
@pytest.mark.points(1.5)
@pytest.mark.hint("Outside [−1, 1] the value is ±1 and no gradient passes, also for large |z|.")
@pytest.mark.promise("HardTanh", "any-shape", "dtype", "independent-calls")
def test_hard_tanh_far_tails(submission, reference, rng):
    """HardTanh: saturates on both sides; any shape; float32 stays float32."""
    pair = paired_models(submission, reference, "HardTanh")
    tails(pair, np.sign(FAR), np.zeros_like(FAR))
    works_everywhere(pair, rng)


@pytest.mark.task("SoftSign")
@pytest.mark.points(1.5)
@pytest.mark.hint("softsign' falls slowly, like 1/z²: at z = −1000 it is still about 1e-6.")
@pytest.mark.promise(
    "SoftSign",
    "softsign-far",
    "any-shape",
    "dtype",
    "independent-calls",
    "softsign-divided",
)
def test_soft_sign_far_tails(submission, reference, rng):
    """SoftSign: saturates slowly, like 1/z²; any shape; float32 stays float32."""
    pair = paired_models(submission, reference, "SoftSign")
    size = np.abs(FAR)
    tails(pair, np.sign(FAR) * (1.0 - 1.0 / (1.0 + size)), 1.0 / (1.0 + size) ** 2)
    huge = np.array([-1e200, 1e200])
    pair.student.forward(huge)
    equal(pair.student.backward(huge), 1 / huge, "±1e200 times the derivative at z = ±1e200")
    works_everywhere(pair, rng)


@pytest.mark.task("ReLU")
@pytest.mark.points(1.5)
@pytest.mark.hint("For positive z the output is z itself, so ReLU does not saturate there.")
@pytest.mark.promise("ReLU", "any-shape", "dtype", "independent-calls")
def test_relu_far_tails(submission, reference, rng):
    """ReLU: does not saturate for positive z; any shape; float32 stays float32."""
    pair = paired_models(submission, reference, "ReLU")
    tails(pair, np.maximum(FAR, 0.0), (FAR > 0).astype(float))
    works_everywhere(pair, rng)


@pytest.mark.task("LeakyReLU")
@pytest.mark.points(1.5)
@pytest.mark.hint("k is the argument of the constructor, self.slope: not always 0.01.")
@pytest.mark.promise("LeakyReLU", "any-shape", "dtype", "independent-calls")
def test_leaky_relu_far_tails(submission, reference, rng):
    """LeakyReLU: any slope, 0.01 by default; any shape; float32 stays float32."""
    for slope in (0.0, 0.3, 1.0):
        pair = paired_models(submission, reference, "LeakyReLU", slope)
        tails(pair, np.where(FAR > 0, FAR, slope * FAR), np.where(FAR > 0, 1.0, slope))
    pair = paired_models(submission, reference, "LeakyReLU")
    tails(pair, np.where(FAR > 0, FAR, 0.01 * FAR), np.where(FAR > 0, 1.0, 0.01))
    works_everywhere(pair, rng)
