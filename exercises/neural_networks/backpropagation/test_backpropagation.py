"""Public checks of backpropagation: the 4-2-1 network, node by node, vectorised, and both agree."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, assign, equal, expect, finite, paired_models

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
@pytest.mark.promise(
    "Do not change the arguments.",
)
def test_deltas_of_any_activation(submission, reference, rng):
    """deltas: other weights, and another f."""
    agrees(submission, reference, "deltas", *network(rng, 5, 3))
    agrees(submission, reference, "deltas", *network(rng, 5, 3), "tanh")


@pytest.mark.task("WindowScorer")
@pytest.mark.points(2)
@pytest.mark.hint("x W + b, one window per row, then self.f, then the product with U.")
@pytest.mark.promise(
    "Do not change the arguments.",
)
def test_scores(submission, reference, rng):
    """WindowScorer: forward is Uᵀ f(W x + b)."""
    pair = paired_models(submission, reference, "WindowScorer", 4, 2, rng=rng)
    pair.same_forward(rng.normal(size=(6, 4)))
    assign(pair.student, PARAMETERS)
    equal(pair.student.forward(X[None]), np.array([-2.0]), "the score of the README's window")


@pytest.mark.task("WindowScorer")
@pytest.mark.points(5)
@pytest.mark.hint("The error at a⁽²⁾ is (N, H): grad_s[n] times U in row n.")
@pytest.mark.promise(
    "Not modified.",
    "which adds into `self.gradients` of W, b and U",
)
def test_vectorised_gradients(submission, reference, rng):
    """WindowScorer: backward gives the gradients of W, b, U and the windows."""
    pair = paired_models(submission, reference, "WindowScorer", 5, 3, rng=rng)
    x = rng.normal(size=(6, 5))
    pair.same_backward(x, rng=rng)
    pair.gradients_agree(x, rng=rng)
    large = paired_models(submission, reference, "WindowScorer", 120, 100, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 120)), rng=rng)
    pair.accumulates(x, rng=rng)


@pytest.mark.task("WindowScorer")
@pytest.mark.points(4)
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
