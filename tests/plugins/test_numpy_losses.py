"""Softmax cross-entropy in NumPy, against its definition."""

import numpy as np
import pytest

from plugins.numpy_reference.losses import SoftmaxCrossEntropy


def cross_entropy(logits, targets):
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return -np.mean(np.log(np.take_along_axis(p, targets[..., None], axis=-1)))


@pytest.mark.parametrize("shape", [(4,), (3, 2), ()])
def test_the_mean_over_all_targets(shape):
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(*shape, 5)), rng.integers(5, size=shape)
    assert SoftmaxCrossEntropy().forward(logits, targets) == pytest.approx(
        cross_entropy(logits, targets)
    )


def test_the_gradient_is_the_derivative():
    rng = np.random.default_rng(1)
    logits, targets = rng.normal(size=(2, 3, 4)), rng.integers(4, size=(2, 3))
    before = logits.copy()
    loss = SoftmaxCrossEntropy()
    loss.forward(logits, targets)
    grad = loss.backward().copy()
    numerical = np.empty_like(logits)
    for index in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[index] = 1e-6
        difference = cross_entropy(logits + step, targets) - cross_entropy(logits - step, targets)
        numerical[index] = difference / 2e-6
    np.testing.assert_allclose(grad, numerical, atol=1e-9)
    np.testing.assert_array_equal(logits, before)
    np.testing.assert_array_equal(loss.backward(), grad)


@pytest.mark.parametrize("size", [1e4, -1e4, 1e300])
def test_large_scores_stay_finite(size):
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([[size, 0.0]]), np.array([0 if size > 0 else 1])) == 0
    np.testing.assert_array_equal(loss.backward(), 0)


def test_float32_stays_float32():
    loss = SoftmaxCrossEntropy()
    loss.forward(np.zeros((2, 3), np.float32), np.array([0, 2]))
    assert loss.backward().dtype == np.float32


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        (np.array([0, 3]), IndexError, "classes 0 to 2, received 0 to 3"),
        (np.array([0, -1]), IndexError, "received -1 to 0"),
        (np.array([0]), ValueError, r"received \(2, 3\) and \(1,\)"),
        (np.array([[0, 1]]), ValueError, r"received \(2, 3\) and \(1, 2\)"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, error, message):
    with pytest.raises(error, match=message):
        SoftmaxCrossEntropy().forward(np.zeros((2, 3)), targets)


def test_no_targets_are_refused():
    with pytest.raises(ValueError, match="received"):
        SoftmaxCrossEntropy().forward(np.zeros((0, 3)), np.zeros(0, dtype=int))
