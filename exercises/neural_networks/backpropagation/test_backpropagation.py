"""Public checks of backpropagation: the 4-2-1 network, node by node, vectorised, and both agree."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    equal,
    expect,
    finite,
    in_float32,
    margin_chunks,
    paired_models,
    share_above,
    trained_models,
)

#: The network of the README: z⁽²⁾ = (0, log 3), so a⁽²⁾ = (1/2, 3/4) and s = −2.
X = np.array([1.0, 0.0, -1.0, 2.0])
PARAMETERS = {
    "W": np.array([[1.0, 0.0], [2.0, -1.0], [3.0, 1.0], [0.5, 1.0]]),
    "b": np.array([1.0, np.log(3.0) - 1.0]),
    "U": np.array([2.0, -4.0]),
}


def network(rng, input_size, hidden_size):
    """Return a window and parameters, in the order of the arguments of `deltas`."""
    D, H = input_size, hidden_size
    return [rng.normal(size=shape) for shape in ((D,), (D, H), (H,), (H,))]


@pytest.mark.task("deltas")
@pytest.mark.points(4)
@pytest.mark.hint(
    "Go back from the score: multiply by the weight of a connection and by f'(z) of a node."
)
def test_deltas_of_the_notes_network(submission, reference, rng):
    """deltas: every node of the README's 4-2-1 network."""
    delta_1, delta_2, delta_3 = submission.deltas(X, *PARAMETERS.values())
    equal(delta_3, 1.0, "the error of the score, δ⁽³⁾")
    equal(delta_2, np.array([0.5, -0.75]), "the errors of the hidden nodes, δ⁽²⁾")
    equal(delta_1, np.array([0.5, 1.75, 0.75, -0.5]), "the errors of the inputs, δ⁽¹⁾")
    agrees(submission, reference, "deltas", *network(rng, 4, 2))


@pytest.mark.task("deltas")
@pytest.mark.points(2)
@pytest.mark.hint("Take f and f' from part(activation)(), not from formulas of the sigmoid.")
@pytest.mark.promise("unchanged", "dtype")
def test_deltas_of_any_activation(submission, reference, rng):
    """deltas: other weights, and another f."""
    agrees(submission, reference, "deltas", *network(rng, 5, 3))
    agrees(submission, reference, "deltas", *network(rng, 5, 3), "tanh")
    single = [array.astype(np.float32) for array in network(rng, 5, 3)]
    agrees(submission, reference, "deltas", *single, rtol=1e-4)


@pytest.mark.task("WindowScorer")
@pytest.mark.points(2)
@pytest.mark.hint("x W + b, one window per row, then self.f, then the product with U.")
@pytest.mark.promise("unchanged")
def test_scores(submission, reference, rng):
    """WindowScorer: forward is Uᵀ f(W x + b)."""
    pair = paired_models(submission, reference, "WindowScorer", 4, 2, rng=rng)
    pair.same_forward(rng.normal(size=(6, 4)))
    assign(pair.student, PARAMETERS)
    equal(pair.student.forward(X[None]), np.array([-2.0]), "the score of the README's window")


@pytest.mark.task("WindowScorer")
@pytest.mark.points(5)
@pytest.mark.hint("The error at a⁽²⁾ is (N, H): grad_s[n] times U in row n.")
@pytest.mark.promise("unchanged", "gradients", "dtype")
def test_vectorised_gradients(submission, reference, rng):
    """WindowScorer: backward gives the gradients of W, b, U and the windows."""
    pair = paired_models(submission, reference, "WindowScorer", 5, 3, rng=rng)
    x = rng.normal(size=(6, 5))
    pair.same_backward(x, rng=rng)
    pair.gradients_agree(x, rng=rng)
    large = paired_models(submission, reference, "WindowScorer", 120, 100, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 120)), rng=rng)
    pair.accumulates(x, rng=rng)
    if in_float32(pair):
        pair.same_backward(x.astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("WindowScorer")
@pytest.mark.points(3)
@pytest.mark.hint(
    "For one window the gradient of W is the outer product of x and δ⁽²⁾. Which form is right?"
)
def test_both_forms_agree(submission, reference, rng):
    """WindowScorer: for each single window, backward agrees with your deltas."""
    pair = paired_models(submission, reference, "WindowScorer", 5, 3, "tanh", rng=rng)
    model = pair.student
    for x in rng.normal(size=(3, 5)):
        delta_1, delta_2, _ = model.deltas(x)
        finite(delta_2, "your δ⁽²⁾")
        expect(np.all(delta_2 != 0), "δ⁽²⁾ is 0 at a node, where no weight and no slope is 0")
        model.zero_gradients()
        model.forward(x[None])
        grad_x, gradients = model.backward(np.ones(1)), model.gradients
        equal(gradients["b"], delta_2, "the gradient of b against your δ⁽²⁾")
        equal(
            gradients["W"], np.outer(x, delta_2), "the gradient of W against x δ⁽²⁾ᵀ of your δ⁽²⁾"
        )
        equal(grad_x, delta_1[None], "the gradient of the window against your δ⁽¹⁾")
        pair.same_forward(x[None])
        equal(grad_x, pair.reference.backward(np.ones(1)), "the gradient of the window")


@pytest.mark.task("WindowScorer")
@pytest.mark.points(3)
@pytest.mark.hint(
    "If all checks above pass, grade activations: the hidden layer uses your sigmoid."
)
def test_a_boundary_that_no_line_draws(submission, reference, metric_threshold, rng, plot):
    """WindowScorer: trained, it scores points inside a circle above points around it."""

    trained = []

    def shares(rng):
        models = trained_models(submission, reference, "WindowScorer", 2, 12, rng=rng)
        trained.append(models.student)
        for _ in margin_chunks(
            models, *inside_and_around(300, rng), epochs=12, learning_rate=0.05, rng=rng
        ):
            new, order = inside_and_around(300, rng), rng.permutation(600)
            yield models.evaluate(share_above, *new, order)

    what = "the share of new points inside that score above points around (by any line: 50 %)"
    metric_threshold("points_inside", shares, rng=rng, best=1.0, what=what)
    x = np.linspace(-2, 2, 81)
    upper, lower = learned_boundary(trained[-1], x, rng)
    circle = np.sqrt(np.where(np.abs(x) < MIDDLE, MIDDLE**2 - x**2, np.nan))
    plot(
        "The learned boundary, and the circle between the points",
        {"learned": upper, "learned, below": lower, "circle": circle, "circle, below": -circle},
        x=x,
        x_label="first entry of the input",
        y_label="second entry",
    )


#: The largest distance of points inside from 0, the smallest of points around, and the mean.
INSIDE, AROUND = 1.0, 1.4
MIDDLE = (INSIDE + AROUND) / 2


def inside_and_around(count, rng):
    """Return points inside a circle and points around it, each `(count, 2)`."""
    angles = rng.uniform(0, 2 * np.pi, size=(2, count))
    radii = np.stack([INSIDE * np.sqrt(rng.random(count)), rng.uniform(AROUND, 2, size=count)])
    points = radii[..., None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return points[0], points[1]


def learned_boundary(model, x, rng):
    """Return for each x how far up and down from 0 scores are those of the points inside."""
    true, corrupt = (np.median(model.forward(points)) for points in inside_and_around(200, rng))
    y = np.linspace(0, 2, 61)
    boundary = []
    for sign in (1, -1):
        grid = np.stack(np.meshgrid(x, sign * y, indexing="ij"), axis=-1)
        scores = np.reshape(model.forward(grid.reshape(-1, 2)), grid.shape[:2])
        inside = np.cumprod(scores > (true + corrupt) / 2, axis=1).sum(axis=1)
        boundary.append(np.where(inside > 0, sign * y[inside - 1], np.nan))
    return boundary
