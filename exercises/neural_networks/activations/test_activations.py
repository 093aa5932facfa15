"""Public checks of the activation functions: values and derivatives, kinks included."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import equal, paired_models, without_warning

#: Both sides of every kink, the kinks themselves, and the middle.
Z = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
#: Where σ and tanh are fractions: exp(ln 3) = 3, and exp(2 ln 2) = 4.
LN_3, LN_2 = np.log(3.0) * np.array([-1, 0, 1]), np.log(2.0) * np.array([-1, 0, 1])


def same_derivative(model, z, expected, name):
    """Compare backward with f' times an upstream gradient of both signs."""
    count = 1.0 + np.arange(z.size)
    grad_output = np.where(count % 2 == 0, -count, count)
    model.forward(z)
    equal(model.backward(grad_output), grad_output * expected, f"grad_output · {name}")


def same_in_both_dtypes(pair, z, rng):
    """Compare forward and backward at z in float64 and in float32."""
    pair.same_backward(z, rng=rng)
    pair.same_backward(z.astype(np.float32), rng=rng, rtol=1e-5)


@pytest.mark.task("Sigmoid")
@pytest.mark.points(1.5)
@pytest.mark.hint("σ(0) = 1/2. Is the sign inside exp right? σ(z) = 1 / (1 + exp(−z)).")
@pytest.mark.promise("no-overflow", "twelve-digits", "unchanged", "activations")
def test_sigmoid_forward(submission, reference, rng):
    """Sigmoid: forward is 1 / (1 + exp(−z)), without overflow."""
    pair = paired_models(submission, reference, "Sigmoid")
    equal(pair.student.forward(LN_3), np.array([1 / 4, 1 / 2, 3 / 4]), "σ at −ln 3, 0, ln 3")
    pair.same_forward(rng.normal(scale=3.0, size=(4, 5)))
    far = without_warning(pair.student, "forward", np.array([-1e3, 1e3]))
    equal(far, np.array([0.0, 1.0]), "σ(±1000)", atol=1e-300)
    z = np.array([-700.0, *rng.uniform(-700, -40, size=3), -30.0])
    ratio = pair.same_forward(z) / pair.reference.forward(z)
    equal(ratio, np.ones(5), "σ(z) divided by its right value", rtol=1e-12)


@pytest.mark.task("Sigmoid")
@pytest.mark.points(1.5)
@pytest.mark.hint("σ'(z) = σ(z) (1 − σ(z)), and σ(z) is known from forward.")
@pytest.mark.promise("dtype")
def test_sigmoid_backward(submission, reference, rng):
    """Sigmoid: backward multiplies by σ'(z)."""
    pair = paired_models(submission, reference, "Sigmoid")
    expected = np.array([3 / 16, 1 / 4, 3 / 16])
    same_derivative(pair.student, LN_3, expected, "σ' at −ln 3, 0, ln 3")
    same_in_both_dtypes(pair, rng.normal(size=(4, 1, 5)), rng)


@pytest.mark.task("Tanh")
@pytest.mark.points(1.5)
@pytest.mark.hint("tanh(z) = 2σ(2z) − 1: without the −1 it would lie in (0, 2).")
@pytest.mark.promise("no-overflow", "unchanged")
def test_tanh_forward(submission, reference, rng):
    """Tanh: forward is the hyperbolic tangent."""
    pair = paired_models(submission, reference, "Tanh")
    expected = np.array([-3 / 5, 0.0, 3 / 5])
    equal(pair.student.forward(LN_2), expected, "tanh at −ln 2, 0, ln 2", atol=1e-15)
    pair.same_forward(rng.normal(size=(4, 1, 5)))
    far = pair.student.forward(np.array([-1e3, 1e3]))
    equal(far, np.array([-1.0, 1.0]), "tanh(±1000)")


@pytest.mark.task("Tanh")
@pytest.mark.points(1.5)
@pytest.mark.hint("tanh'(z) = 1 − tanh²(z), and tanh(z) is known from forward.")
@pytest.mark.promise("dtype")
def test_tanh_backward(submission, reference, rng):
    """Tanh: backward multiplies by 1 − tanh²(z)."""
    pair = paired_models(submission, reference, "Tanh")
    expected = np.array([16 / 25, 1.0, 16 / 25])
    same_derivative(pair.student, LN_2, expected, "tanh' at −ln 2, 0, ln 2")
    same_in_both_dtypes(pair, rng.normal(size=(4, 1, 5)), rng)


@pytest.mark.task("HardTanh")
@pytest.mark.points(1.5)
@pytest.mark.hint("Three pieces: −1 below −1, z itself between −1 and 1, 1 above 1.")
def test_hard_tanh_forward(submission, reference, rng):
    """HardTanh: forward is z clipped to [−1, 1]."""
    pair = paired_models(submission, reference, "HardTanh")
    expected = np.array([-1.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.0])
    equal(pair.student.forward(Z), expected, "hardtanh at −3, −1, −0.5, 0, 0.5, 1, 3")
    pair.same_forward(rng.normal(scale=2.0, size=(4, 5)))


@pytest.mark.task("HardTanh")
@pytest.mark.points(1.5)
@pytest.mark.hint("The derivative is 1 on the closed interval [−1, 1], both ends included.")
@pytest.mark.promise("unchanged", "slope-one", "dtype")
def test_hard_tanh_backward(submission, reference, rng):
    """HardTanh: backward passes the gradient on [−1, 1]."""
    pair = paired_models(submission, reference, "HardTanh")
    expected = np.array([0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    same_derivative(pair.student, Z, expected, "hardtanh' at −3, −1, −0.5, 0, 0.5, 1, 3")
    same_in_both_dtypes(pair, rng.normal(scale=2.0, size=(4, 5)), rng)


@pytest.mark.task("SoftSign")
@pytest.mark.points(1.5)
@pytest.mark.hint("z / (1 + |z|): the absolute value is in the denominator only.")
def test_soft_sign_forward(submission, reference, rng):
    """SoftSign: forward is z / (1 + |z|)."""
    pair = paired_models(submission, reference, "SoftSign")
    expected = np.array([-3 / 4, -1 / 2, -1 / 3, 0.0, 1 / 3, 1 / 2, 3 / 4])
    equal(pair.student.forward(Z), expected, "softsign at −3, −1, −0.5, 0, 0.5, 1, 3")
    pair.same_forward(rng.normal(scale=2.0, size=(4, 5)))


@pytest.mark.task("SoftSign")
@pytest.mark.points(1.5)
@pytest.mark.hint("1 / (1 + |z|)²: positive everywhere, and the same at z and −z.")
@pytest.mark.promise("unchanged", "dtype", "softsign-divided")
def test_soft_sign_backward(submission, reference, rng):
    """SoftSign: backward multiplies by 1 / (1 + |z|)²."""
    pair = paired_models(submission, reference, "SoftSign")
    expected = np.array([1 / 16, 1 / 4, 4 / 9, 1.0, 4 / 9, 1 / 4, 1 / 16])
    same_derivative(pair.student, Z, expected, "softsign' at −3, −1, −0.5, 0, 0.5, 1, 3")
    huge = np.array([-1e200, 1e200])
    pair.student.forward(huge)
    equal(pair.student.backward(huge), 1 / huge, "±1e200 times the derivative at z = ±1e200")
    same_in_both_dtypes(pair, rng.normal(scale=2.0, size=(4, 5)), rng)


@pytest.mark.task("ReLU")
@pytest.mark.points(1.5)
@pytest.mark.hint("np.maximum compares entry by entry; np.max returns one largest entry.")
def test_relu_forward(submission, reference, rng):
    """ReLU: forward is max(z, 0)."""
    pair = paired_models(submission, reference, "ReLU")
    expected = np.array([0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 3.0])
    equal(pair.student.forward(Z), expected, "rect at −3, −1, −0.5, 0, 0.5, 1, 3")
    pair.same_forward(rng.normal(size=(4, 5)))


@pytest.mark.task("ReLU")
@pytest.mark.points(1.5)
@pytest.mark.hint("The derivative is 1 for every z > 0 (not only z > 1), and 0 at z = 0.")
@pytest.mark.promise("unchanged", "dtype")
def test_relu_backward(submission, reference, rng):
    """ReLU: backward passes the gradient where z > 0."""
    pair = paired_models(submission, reference, "ReLU")
    expected = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    same_derivative(pair.student, Z, expected, "rect' at −3, −1, −0.5, 0, 0.5, 1, 3")
    same_in_both_dtypes(pair, rng.normal(size=(4, 5)), rng)


@pytest.mark.task("LeakyReLU")
@pytest.mark.points(1.5)
@pytest.mark.hint("For negative z the value is k z, which is negative: max(z, k z).")
def test_leaky_relu_forward(submission, reference, rng):
    """LeakyReLU: forward is z for positive z and k z for negative z."""
    pair = paired_models(submission, reference, "LeakyReLU", 0.1)
    expected = np.array([-0.3, -0.1, -0.05, 0.0, 0.5, 1.0, 3.0])
    equal(pair.student.forward(Z), expected, "leaky (k = 0.1) at −3, −1, −0.5, 0, 0.5, 1, 3")
    paired_models(submission, reference, "LeakyReLU").same_forward(rng.normal(size=(4, 5)))


@pytest.mark.task("LeakyReLU")
@pytest.mark.points(1.5)
@pytest.mark.hint("The derivative is k for z ≤ 0, zero included, and k is self.slope.")
@pytest.mark.promise("unchanged", "dtype")
def test_leaky_relu_backward(submission, reference, rng):
    """LeakyReLU: backward multiplies by k where z ≤ 0."""
    pair = paired_models(submission, reference, "LeakyReLU", 0.1)
    expected = np.array([0.1, 0.1, 0.1, 0.1, 1.0, 1.0, 1.0])
    same_derivative(pair.student, Z, expected, "leaky' (k = 0.1) at −3, −1, −0.5, 0, 0.5, 1, 3")
    same_in_both_dtypes(pair, rng.normal(size=(4, 5)), rng)
