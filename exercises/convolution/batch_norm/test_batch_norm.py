"""Checks of batch normalization that you can see. The course has hidden ones, too."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from autograder.checks import (
    InstanceCalls,
    equal,
    expect,
    finite,
    in_float32,
    paired_models,
    refuses,
    used_in_turn,
)

RTOL = 1e-7
SHAPES = ((6, 4), (3, 5, 4))  # (N, C) and (N, T, C)

pytestmark = pytest.mark.task("BatchNorm1d")


def pair_of(submission, reference, rng, features=4, **settings):
    """Paired models with the same random γ and β."""
    pair = paired_models(submission, reference, "BatchNorm1d", features, **settings)
    pair.draw_parameters(rng)
    return pair


def at_test_time(pair, x):
    """Run both models on the batch x in training, then switch them to test time."""
    for model in (pair.student, pair.reference):
        model.forward(x)
        model.eval()
    return pair


def batch(rng, shape):
    """Features around 3, each with another scale."""
    return rng.normal(3, 2, size=shape) * rng.uniform(0.5, 4, size=shape[-1])


@pytest.mark.points(0.75)
@pytest.mark.hint("Call `self._rows(x)`: the rest is the same for both shapes.")
def test_start(submission, rng):
    """The output of a new layer has mean 0 and variance 1 in every feature."""
    for shape in SHAPES:
        rows = submission.BatchNorm1d(4).forward(batch(rng, shape)).reshape(-1, 4)
        equal(rows.mean(axis=0), np.zeros(4), "the mean of the output", atol=1e-9)
        equal(rows.var(axis=0), np.ones(4), "the variance of the output", rtol=1e-4)


@pytest.mark.points(2.5)
@pytest.mark.hint("γ multiplies x̂, then β is added; ε is inside the root.")
@pytest.mark.promise("BatchNorm1d.forward.x")
def test_forward_in_training(submission, reference, rng):
    """In training: normalized with mean and variance of the batch, scaled and shifted."""
    pair = pair_of(submission, reference, rng, epsilon=0.1)
    for shape in SHAPES:
        pair.same_forward(batch(rng, shape), rtol=RTOL)


@pytest.mark.points(3.5)
@pytest.mark.hint("The running variance uses the unbiased one: M/(M − 1) times that of the batch.")
def test_running_statistics(submission, rng):
    """In training, every batch updates the running mean and variance."""
    layer = submission.BatchNorm1d(4, momentum=0.3)
    mean, variance = np.zeros(4), np.ones(4)
    for shape in SHAPES:
        x = batch(rng, shape)
        layer.forward(x)
        rows = x.reshape(-1, 4)
        mean = 0.7 * mean + 0.3 * rows.mean(axis=0)
        variance = 0.7 * variance + 0.3 * rows.var(axis=0, ddof=1)
        equal(layer.running_mean, mean, f"running_mean after a batch {shape}", rtol=RTOL)
        equal(layer.running_variance, variance, f"running_variance after {shape}", rtol=RTOL)


@pytest.mark.points(2.5)
@pytest.mark.hint("`self.training` says which statistics to use.")
@pytest.mark.promise("unchanged")
def test_forward_at_test_time(submission, reference, rng):
    """At test time: forward uses the running statistics and does not change them."""
    pair = at_test_time(pair_of(submission, reference, rng), batch(rng, SHAPES[1]))
    before = pair.student.running_mean, pair.student.running_variance
    for shape in (*SHAPES, (1, 4)):
        pair.same_forward(batch(rng, shape), rtol=RTOL)
    after = pair.student.running_mean, pair.student.running_variance
    equal(after, before, "the running statistics after forward at test time")


@pytest.mark.points(0.75)
@pytest.mark.hint("At test time nothing is computed from the batch.")
def test_a_row_alone(submission, reference, rng):
    """A row's output does not depend on the rest of its batch at test time; in training it does."""
    model = pair_of(submission, reference, rng).student
    x = batch(rng, SHAPES[0])
    together, fewer = model.forward(x)[:2], model.forward(x[:2])
    finite(together, "forward in training")
    expect(not np.allclose(together, fewer), "in training a row depends on its batch")
    model.eval()
    equal(model.forward(x[:1]), model.forward(x)[:1], "a batch of one row, at test time", rtol=RTOL)


@pytest.mark.points(4)
@pytest.mark.hint("Every row changes μ and σ², and with them the x̂ of all rows.")
@pytest.mark.promise("BatchNorm1d.backward")
def test_backward_in_training(submission, reference, rng):
    """In training: gradients of γ, β and x, through mean and variance."""
    pair = pair_of(submission, reference, rng, epsilon=0.1)
    for shape in SHAPES:
        pair.same_backward(batch(rng, shape), rng=rng, rtol=RTOL, atol=1e-10)


@pytest.mark.points(2.5)
@pytest.mark.hint(
    "μ and σ² depend on every row: x gets a gradient through x − μ, through μ and through σ²."
)
def test_gradients_are_right(submission, reference, rng):
    """In training: the gradients agree with numerical gradients of your own forward."""
    pair_of(submission, reference, rng, 3).gradients_agree(rng.normal(size=(2, 3, 3)), rng=rng)


@pytest.mark.points(2)
@pytest.mark.hint("At test time μ and σ² are constants: no gradient goes through them.")
@pytest.mark.promise("dtype")
def test_backward_at_test_time(submission, reference, rng):
    """At test time: gradients of γ, β and x, with constant mean and variance."""
    pair = at_test_time(pair_of(submission, reference, rng), batch(rng, SHAPES[1]))
    for shape in SHAPES:
        pair.same_backward(batch(rng, shape), rng=rng, rtol=RTOL)
    calls = [("forward", batch(rng, SHAPES[0])), ("backward", batch(rng, SHAPES[0]))]
    make = partial(submission.BatchNorm1d, 4)
    used_in_turn(submission, InstanceCalls(make, [("eval",), *calls]), InstanceCalls(make, calls))
    if in_float32(pair):
        pair.same_backward(batch(rng, SHAPES[0]).astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.points(0.75)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair_of(submission, reference, rng).accumulates(batch(rng, SHAPES[0]), rng=rng)


@pytest.mark.points(0.75)
@pytest.mark.hint("For one row, M/(M − 1) is 1/0.")
@pytest.mark.promise("errors")
def test_one_row(submission, reference, rng):
    """In training, one row or none is an error; one text of two words is enough."""
    for shape in ((1, 4), (1, 1, 4), (0, 4)):
        refuses(submission.BatchNorm1d(4), "forward", np.ones(shape))
    equal(
        submission.BatchNorm1d(1, epsilon=1e-12).forward(np.array([[[3.0], [5.0]]])),
        np.array([[[-1.0], [1.0]]]),
        "BatchNorm1d(1).forward([[[3], [5]]])",
    )
    pair_of(submission, reference, rng).same_forward(batch(rng, (1, 2, 4)), rtol=RTOL)


@pytest.mark.points(2.5)
@pytest.mark.hint("This check only uses forward and backward in training: see the checks above.")
def test_the_start_hardly_matters(submission, reference, rng, plot):
    """A network with batch normalization learns with small and large initial weights."""
    scales = (0.01, 0.1, 1.0, 10.0)
    directions, seed = rng.normal(size=(10, 3)), int(rng.integers(2**31))
    losses = {
        name: [_trained(layer, scale, directions, np.random.default_rng(seed)) for scale in scales]
        for name, layer in (
            ("with", submission.BatchNorm1d), ("without", None), ("right", reference.BatchNorm1d),
        )
    }  # fmt: skip
    plot(
        "A small network after 80 steps, by the scale of its initial weights",
        {f"{name} batch normalization": losses[name] for name in ("with", "without")},
        x=scales, x_label="factor of the initial weights", y_label="loss", log=True,
    )  # fmt: skip
    # Over 150 seeds the largest loss was 0.63, at a factor of 10 (mean 0.50, standard deviation
    # 0.05). Without batch normalization it is above 1.05 there, and log 3 = 1.10 at 0.01.
    worst = int(np.argmax(losses["with"]))
    expect(
        losses["with"][worst] < 0.85,
        f"with initial weights of {scales[worst]:g} times a good scale, the loss is still "
        f"{losses['with'][worst]:.3f} after 80 steps: with batch normalization it is below 0.85",
    )
    what = "the losses after 80 steps, by the scale of the initial weights"
    equal(losses["with"], losses["right"], what, rtol=1e-5)


def _trained(layer, scale, directions, rng, hidden=40, steps=80, rate=1.0):
    """Return the mean loss of the last 10 of `steps`, each on 60 new examples.

    Two layers ReLU(norm(x W)) and a softmax are to tell which of `directions` is nearest to x.
    """
    sizes = (len(directions), hidden, hidden)
    W = [rng.normal(scale=scale * (2 / a) ** 0.5, size=(a, b)) for a, b in pairwise(sizes)]
    U = np.zeros((hidden, 3))
    norms, losses = [layer(hidden) if layer else None for _ in W], []
    for _ in range(steps):
        x = rng.normal(size=(60, len(directions)))
        labels = (x @ directions).argmax(axis=1)
        inputs = [x]
        for w, norm in zip(W, norms, strict=True):
            z = inputs[-1] @ w
            inputs.append(np.maximum(norm.forward(z) if norm else z, 0))
        scores = inputs[-1] @ U
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        losses.append(-np.log(np.maximum(p[np.arange(len(x)), labels], 1e-12)).mean())
        grad = (p - np.eye(3)[labels]) / len(x)
        grad, U = grad @ U.T, U - rate * inputs[-1].T @ grad
        for i in reversed(range(len(W))):
            grad = grad * (inputs[i + 1] > 0)
            grad = norms[i].backward(grad) if norms[i] else grad
            grad, W[i] = grad @ W[i].T, W[i] - rate * inputs[i].T @ grad
    return float(np.mean(losses[-10:]))
