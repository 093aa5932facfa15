"""Checks of layer normalization that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import equal, expect, finite, in_float32, paired_models

MODELS = ("LayerNorm", "RMSNorm")
SHAPES = ((4,), (6, 4), (3, 5, 4))  # one row, rows, words of texts


def each(test):
    """`test` for both models, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in MODELS]
    return pytest.mark.parametrize("name", marks)(test)


def pair_of(submission, reference, name, rng, features=4, **settings):
    """Paired models with the same random parameters."""
    pair = paired_models(submission, reference, name, features, **settings)
    pair.draw_parameters(rng)
    return pair


def numbers(rng, shape):
    """Features around 3, each row with another scale."""
    return rng.normal(3, 2, size=shape) * rng.uniform(0.5, 4, size=(*shape[:-1], 1))


@each
@pytest.mark.points(1)
@pytest.mark.hint("Statistics of each row: over the last axis, with keepdims=True.")
@pytest.mark.promise("each-row")
def test_start(submission, rng, name):
    """The rows of a new layer's output have mean square 1, and mean 0 with LayerNorm."""
    for shape in SHAPES:
        y = getattr(submission, name)(4, epsilon=1e-12).forward(numbers(rng, shape))
        ones = np.ones(shape[:-1])
        what = f"the mean square of each row of {name}.forward"
        equal((y**2).mean(axis=-1), ones, what, rtol=1e-6)
        if name == "LayerNorm":
            what = "the mean of each row of LayerNorm.forward"
            equal(y.mean(axis=-1), 0 * ones, what, atol=1e-9)


@each
@pytest.mark.points(2)
@pytest.mark.hint("ε is inside the root; γ multiplies x̂, and only then β is added.")
@pytest.mark.promise("LayerNorm.forward.x", "RMSNorm.forward.x", "unchanged")
def test_forward(submission, reference, rng, name):
    """Normalized, scaled and shifted, for any number of axes."""
    pair = pair_of(submission, reference, name, rng, epsilon=0.1)
    for shape in SHAPES:
        pair.same_forward(numbers(rng, shape))


@each
@pytest.mark.points(3)
@pytest.mark.hint("Each number of a row changes the statistics, and with them the whole row of x̂.")
@pytest.mark.promise("LayerNorm.backward", "RMSNorm.backward", "unchanged")
def test_backward(submission, reference, rng, name):
    """The gradients of γ, β and x, through the statistics of the row."""
    pair = pair_of(submission, reference, name, rng, epsilon=0.1)
    for shape in SHAPES:
        pair.same_backward(numbers(rng, shape), rng=rng, atol=1e-10)


@each
@pytest.mark.points(1.5)
@pytest.mark.hint("The means over the last axis are enough: no call of forward, no loop.")
def test_gradients_are_right(submission, reference, rng, name):
    """The gradients agree with numerical gradients of your own forward, and come in one pass."""
    pair = pair_of(submission, reference, name, rng, 3)
    pair.gradients_agree(rng.normal(size=(2, 3, 3)), rng=rng)
    large = pair_of(submission, reference, name, rng, 1200)
    large.many_gradients(rng.normal(size=(1, 1200)), rng=rng, atol=1e-9)


@each
@pytest.mark.points(0.5)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
@pytest.mark.promise("adds-up")
def test_gradients_add_up(submission, reference, rng, name):
    """A second backward adds to the gradients of the first."""
    pair_of(submission, reference, name, rng).accumulates(numbers(rng, SHAPES[1]), rng=rng)


@each
@pytest.mark.points(1)
@pytest.mark.hint("Nothing is computed over the rows of a batch, except the sums for γ and β.")
@pytest.mark.promise("rows-alone", "one-mode")
def test_a_row_alone(submission, reference, rng, name):
    """The output of a row does not depend on other rows, nor on the mode."""
    model = pair_of(submission, reference, name, rng).student
    x, grad = numbers(rng, (2, 3, 5, 4))
    y, grad_x = model.forward(x), model.backward(grad)
    expect(np.all(y != 0) and np.all(grad_x != 0), "the output or the gradient of x is 0 somewhere")
    model.eval()
    equal(model.forward(x[1, 2]), y[1, 2], f"{name}.forward of one row, after eval()")
    what = f"{name}.backward of one row, after eval()"
    equal(model.backward(grad[1, 2]), grad_x[1, 2], what, rtol=1e-6)


@pytest.mark.task("LayerNorm")
@pytest.mark.points(1.5)
@pytest.mark.hint("What happens to μ and σ when x becomes a x + b?")
@pytest.mark.promise("scale-and-shift")
def test_shift_and_scale(submission, rng):
    """LayerNorm: a row a x + b has the output of x, and 1/a times its gradient."""
    layer = submission.LayerNorm(8, epsilon=1e-12)
    x, grad = rng.normal(size=(2, 5, 8))
    y, grad_x = layer.forward(x), layer.backward(grad)
    equal((y**2).mean(axis=1), np.ones(5), "the variance of the output", rtol=1e-4)
    expect(np.all(grad_x != 0), "the gradient of x is 0 somewhere")
    a, b = rng.uniform(0.1, 10, size=(5, 1)), rng.uniform(-5, 5, size=(5, 1))
    equal(layer.forward(a * x + b), y, "the output for a x + b", rtol=1e-5, atol=1e-7)
    what = "a times the gradient of a x + b"
    equal(a * layer.backward(grad), grad_x, what, rtol=1e-5, atol=1e-6)
    sums = np.stack([grad_x.sum(axis=1), (grad_x * x).sum(axis=1)])
    equal(sums, np.zeros((2, 5)), "the sums of ∂x and of ∂x ∘ x over each row", atol=1e-7)


@pytest.mark.task("RMSNorm")
@pytest.mark.points(1.5)
@pytest.mark.hint("RMSNorm subtracts no mean: the length of a row changes nothing, a shift does.")
@pytest.mark.promise("scale-alone")
def test_scale_alone(submission, rng):
    """RMSNorm: a row a x has the output of x, and 1/a times its gradient; x + b does not."""
    layer = submission.RMSNorm(8, epsilon=1e-12)
    x, grad = rng.normal(size=(2, 5, 8))
    y, grad_x = layer.forward(x), layer.backward(grad)
    equal((y**2).mean(axis=1), np.ones(5), "the mean square of the output", rtol=1e-4)
    expect(np.all(grad_x != 0), "the gradient of x is 0 somewhere")
    a = rng.uniform(0.1, 10, size=(5, 1))
    equal(layer.forward(a * x), y, "the output for a x", rtol=1e-5, atol=1e-7)
    what = "a times the gradient of a x"
    equal(a * layer.backward(grad), grad_x, what, rtol=1e-5, atol=1e-6)
    equal((grad_x * x).sum(axis=1), np.zeros(5), "the sums of ∂x ∘ x over each row", atol=1e-7)
    moved = float(np.abs(layer.forward(x + 1) - y).min())
    expect(moved > 1e-6, f"the output for x + 1 differs by {moved:.2g} only: RMSNorm has no mean")


@each
@pytest.mark.points(1)
@pytest.mark.hint("√(σ² + ε) is never 0, because ε is inside the root.")
@pytest.mark.promise("equal-numbers")
def test_rows_of_equal_numbers(submission, reference, rng, name):
    """A row of equal numbers, also of zeros, has a finite output and gradient."""
    pair = pair_of(submission, reference, name, rng)
    x = np.repeat([[0.0], [7.0], [-1e4]], 4, axis=1)
    y = pair.same_forward(x, atol=1e-12)
    finite(pair.student.backward(rng.normal(size=(3, 4))), "the gradient of rows of equal numbers")
    pair.same_backward(x[:1], rng=rng)
    expected = pair.student.parameters["beta"] if name == "LayerNorm" else np.zeros(4)
    equal(y[0], expected, f"{name}.forward of a row of zeros", atol=1e-12)


@each
@pytest.mark.points(1)
@pytest.mark.hint("Make no array of float64: what has the dtype of x keeps it.")
@pytest.mark.promise("dtype")
def test_float32(submission, reference, rng, name):
    """Parameters and inputs of float32: results and gradients of float32."""
    pair = pair_of(submission, reference, name, rng)
    pair.same_forward(numbers(rng, SHAPES[1]))
    if in_float32(pair):
        for shape in SHAPES:
            x = numbers(rng, shape).astype(np.float32)
            pair.same_backward(x, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("LayerNorm")
@pytest.mark.points(1)
@pytest.mark.hint("σ² is the mean of (x − μ)². The mean of x² minus μ² loses its digits here.")
@pytest.mark.promise("large-means")
def test_large_means(submission, reference, rng):
    """LayerNorm: rows around 10⁸ in float64, and around 10⁴ in float32."""
    x, pair = rng.normal(size=(6, 64)), pair_of(submission, reference, "LayerNorm", rng, 64)
    normalized(pair.student, x + 1e8, 1e-5)
    if in_float32(pair):
        normalized(pair.student, (x + 1e4).astype(np.float32), 0.02)


def normalized(layer, x, close):
    """Check the output of `layer` for rows `x`, computed in float64 with its parameters."""
    centred = x.astype(float) - x.astype(float).mean(axis=1, keepdims=True)
    x_hat = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    expected = layer.parameters["gamma"] * x_hat + layer.parameters["beta"]
    what = f"LayerNorm.forward of rows around {x.mean():.0e} in {x.dtype}"
    equal(np.asarray(layer.forward(x), float), expected, what, rtol=close, atol=close)
