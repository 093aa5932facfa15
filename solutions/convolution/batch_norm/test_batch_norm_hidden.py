"""Hidden checks of batch normalization: settings, constant features, modes, scale and shift."""

import numpy as np
import pytest

from autograder.checks import equal, expect, finite, in_float32, paired_models, refuses

RTOL = 1e-7

pytestmark = pytest.mark.task("BatchNorm1d")


def pair_of(submission, reference, rng, features, **settings):
    """Paired models with the same random γ and β."""
    pair = paired_models(submission, reference, "BatchNorm1d", features, **settings)
    pair.draw_parameters(rng)
    return pair


def at_test_time(pair, x):
    """Run both models on the batch x in training, then switch them to test time."""
    for model in (pair.student, pair.reference):
        model.forward(x)
        model.eval()


@pytest.mark.points(2.5)
@pytest.mark.hint("Nothing in the layer may depend on particular sizes or settings.")
@pytest.mark.promise("statistics-of-all-rows", "BatchNorm1d.momentum")
def test_any_shape(submission, reference, rng):
    """One feature, three axes, a momentum of 0 and of 1, a large epsilon; in both modes."""
    for shape, momentum, epsilon in [
        ((2, 1), 0.0, 1e-5),
        ((7, 3), 1.0, 2.0),
        ((1, 4, 5), 0.5, 1e-3),
        ((4, 1, 2), 0.1, 1e-8),
    ]:
        settings = {"momentum": momentum, "epsilon": epsilon}
        pair = pair_of(submission, reference, rng, shape[-1], **settings)
        pair.same_backward(rng.normal(size=shape), rng=rng, rtol=RTOL, atol=1e-8)
        pair = pair_of(submission, reference, rng, shape[-1], **settings)
        at_test_time(pair, rng.normal(size=shape))
        for name in ("running_mean", "running_variance"):
            ours, theirs = getattr(pair.student, name), getattr(pair.reference, name)
            equal(ours, theirs, f"{name} with momentum={momentum}", rtol=RTOL)
        pair.same_backward(rng.normal(size=shape), rng=rng, rtol=RTOL)


@pytest.mark.points(1)
@pytest.mark.hint("Use no float64 array; `astype` converts the running statistics.")
@pytest.mark.promise("dtype")
def test_float32(submission, reference, rng):
    """float32 in, float32 out, in both modes."""
    pair = pair_of(submission, reference, rng, 3)
    if not in_float32(pair):
        return
    x = rng.normal(size=(4, 3)).astype(np.float32)
    at_test_time(pair, x)
    pair.same_backward(x, rng=rng, rtol=1e-3, atol=1e-4)
    pair.student.train()
    pair.reference.train()
    pair.same_backward(x, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.points(1)
@pytest.mark.hint("√(σ² + ε) is never 0.")
@pytest.mark.promise("constant-feature")
def test_a_feature_that_never_changes(submission, rng):
    """A feature that is constant in the batch becomes β; nothing is divided by 0."""
    layer = submission.BatchNorm1d(2)
    x = np.stack([np.full(5, 7.0), rng.normal(size=5)], axis=1)
    y = layer.forward(x)
    equal(y[:, 0], np.zeros(5), "a constant feature", atol=1e-6)
    expect(np.all(y[:, 1] != 0), "a feature that is not constant becomes 0")
    finite(layer.backward(rng.normal(size=(5, 2))), "the gradient with a constant feature")


@pytest.mark.points(1)
@pytest.mark.hint("The mean of x² minus μ² loses all digits here.")
@pytest.mark.promise("far-from-zero")
def test_far_from_zero(submission, rng):
    """Features around 10⁸ are normalized correctly."""
    x = rng.normal(size=(50, 3))
    expected = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    actual = submission.BatchNorm1d(3).forward(x + 1e8)
    equal(actual, expected, "the output for features around 10⁸", rtol=1e-3, atol=1e-5)


@pytest.mark.points(1.5)
@pytest.mark.hint("In forward, keep the mode and the statistics that it used.")
@pytest.mark.promise("mode-of-forward")
def test_backward_belongs_to_forward(submission, reference, rng):
    """Backward uses the mode of the last forward, even if the mode was changed since."""
    x, grad = rng.normal(size=(2, 5, 3))
    for switch, back in (("eval", "train"), ("train", "eval")):
        pair = pair_of(submission, reference, rng, 3)
        answers = []
        for model in (pair.student, pair.reference):
            model.forward(x + 1)
            getattr(model, back)()
            model.forward(x)
            getattr(model, switch)()
            answers.append(model.backward(grad))
        what = f"backward after forward, then {switch}()"
        equal(*answers, what, rtol=RTOL, atol=1e-10)


@pytest.mark.points(1.5)
@pytest.mark.hint("What happens to μ and σ² when x becomes a x + b?")
@pytest.mark.promise("scale-and-shift")
def test_blind_to_scale_and_shift(submission, rng):
    """In training, a x + b has the same output as x, and 1/a times its gradient."""
    x, grad = rng.normal(size=(2, 8, 3))
    layer = submission.BatchNorm1d(3, epsilon=1e-12)
    y, grad_x = layer.forward(x), layer.backward(grad)
    equal(y.var(axis=0), np.ones(3), "the variance of the output", rtol=1e-4)
    expect(np.all(y != 0) and np.all(grad_x != 0), "the output or the gradient of x is 0 somewhere")
    for a, b in ((10.0, 5.0), (0.01, -1.0)):
        equal(layer.forward(a * x + b), y, f"the output for {a} x + {b}", rtol=1e-5, atol=1e-7)
        what = f"{a} times the gradient of {a} x + {b}"
        equal(a * layer.backward(grad), grad_x, what, rtol=1e-5, atol=1e-6)
    sums = np.stack([grad_x.sum(axis=0), (grad_x * x).sum(axis=0)])
    equal(sums, np.zeros((2, 3)), "the sums of ∂x and of ∂x ∘ x over the rows", atol=1e-7)


@pytest.mark.points(1)
@pytest.mark.hint("Each batch updates the running statistics with the same momentum.")
@pytest.mark.promise("running-statistics")
def test_batches_vary_but_their_average_does_not(submission, reference, rng):
    """After many batches, the running statistics are near those of all data."""
    layer, other = submission.BatchNorm1d(2), reference.BatchNorm1d(2)
    for batch in rng.normal([5.0, -1.0], [2.0, 0.5], size=(100, 40, 2)):
        layer.forward(batch)
        other.forward(batch)
    for name in ("running_mean", "running_variance"):
        equal(getattr(layer, name), getattr(other, name), f"{name} after 100 batches", rtol=RTOL)
    # Standard deviations: σ √(0.1 / 1.9 / 40) = 0.036 σ of the mean, √2 as much σ² of the variance.
    mean = (layer.running_mean - [5.0, -1.0]) / [2.0, 0.5]
    variance = layer.running_variance / [4.0, 0.25]
    expect(np.all(np.abs(mean) < 0.25), "the running mean is far from the mean of 100 batches")
    expect(np.all(np.abs(variance - 1) < 0.4), "the running variance is far from that of the data")


@pytest.mark.points(1)
@pytest.mark.hint("`self._rows(x)` raises an error for other shapes.")
@pytest.mark.promise("BatchNorm1d.forward.raises", "BatchNorm1d.raises")
def test_what_does_not_fit(submission, reference, rng):
    """Input of 1 or 4 axes or with other features, and settings out of range, are errors."""
    ones = np.ones((4, 3))
    equal(submission.BatchNorm1d(3).forward(ones), 0 * ones, "the output for ones", atol=1e-9)
    pair = paired_models(submission, reference, "BatchNorm1d", 3)
    pair.same_forward(rng.normal(size=(4, 3)), rtol=1e-7)
    for shape in ((4,), (4, 2), (4, 2, 2), (1, 4, 5, 3)):
        refuses(submission.BatchNorm1d(3), "forward", np.ones(shape))
    for settings in ({"momentum": -0.1}, {"momentum": 1.1}, {"epsilon": 0.0}):
        refuses(submission, "BatchNorm1d", 3, **settings)
