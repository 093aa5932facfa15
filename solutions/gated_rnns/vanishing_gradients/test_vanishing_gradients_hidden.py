"""Hidden checks of vanishing gradients: several states, unchanged gradients, unusual input."""

import numpy as np
import pytest

from autograder.checks import agrees, callback, equal, paired_models, part, refuses


class Leaky:
    """A linear layer with two states: c_t = a c_{t−1} + x_t, and h_t = d h_{t−1} + c_t."""

    def __init__(self, a, d):
        self.a, self.d = a, d
        self.gradients = {}
        self.state = None

    def forward(self, x, state=None):
        """The states h of all steps."""
        N, T, H = np.shape(x)
        h, c = (np.zeros((N, H)), np.zeros((N, H))) if state is None else state
        steps = []
        for t in range(T):
            c = self.a * c + x[:, t]
            h = self.d * h + c
            steps.append(h)
        self.state = h, c
        return np.stack(steps, axis=1)

    def backward(self, grad_h):
        """The gradients of x (not needed here) and of both states before the first step."""
        grad_h_state = np.zeros_like(grad_h[:, 0])
        grad_c = np.zeros_like(grad_h_state)
        for t in reversed(range(grad_h.shape[1])):
            upstream = grad_h[:, t] + grad_h_state
            grad_c = upstream + grad_c
            grad_h_state, grad_c = self.d * upstream, self.a * grad_c
        return None, (grad_h_state, grad_c)


@pytest.mark.task("gradient_norms")
@pytest.mark.points(3)
@pytest.mark.promise("both-states-of-an-lstm", "any-recurrent-layer")
def test_two_states(submission, rng):
    """gradient_norms: a state of two arrays, whose gradients form one vector."""
    d = rng.uniform(0.3, 0.8)
    layer = Leaky(1.0, d)
    x = np.zeros((2, 5, 3))
    names = ("forward", "backward", "state", "gradients")
    norms = submission.gradient_norms(callback(layer, *names), x, 4)
    h = d ** np.arange(4, -1, -1)
    c = np.cumsum(d ** np.arange(5))[np.arange(3, -2, -1)]  # Σ d^j over the steps after k
    c[-1] = 0.0
    equal(norms, np.sqrt(6 * (h**2 + c**2)), "the norms with two states")


@pytest.mark.task("gradient_norms")
@pytest.mark.points(3)
@pytest.mark.promise("gradients-stay")
def test_gradients_are_left_alone(submission, reference, rng):
    """gradient_norms: leaves the layer's gradients and the inputs unchanged."""
    pair = paired_models(submission, reference, part("rnn", 2, 3, rng=rng), rng=rng)
    x, grad_h = rng.normal(size=(2, 2, 4, 3))
    pair.student.forward(x[..., :2])
    pair.student.backward(grad_h)
    before = pair.student.gradients
    agreed = submission.gradient_norms.outcome(pair.student, x[..., :2], 3)
    expected = reference.gradient_norms(pair.reference, x[..., :2], 3)
    equal(agreed.value, expected, "gradient_norms(rnn, x, 3)")
    equal(pair.student.gradients, before, "the gradients of the layer after the call")
    equal(list(agreed.changed), [], "the arguments that the call changes")
    pair.keeps_gradient_arrays("gradient_norms", x[..., :2], 3)


@pytest.mark.task("gradient_norms")
@pytest.mark.points(1.5)
@pytest.mark.promise("steps-outside-are-errors", "gradient_norms.raises")
def test_no_such_step(submission, reference, rng):
    """gradient_norms: a step outside of x is an error; one step is enough."""
    pair = paired_models(submission, reference, part("rnn", 2, 3, rng=rng), rng=rng)
    x = rng.normal(size=(4, 1, 2))
    equal(submission.gradient_norms(pair.student, x, 0), np.array([12**0.5]), "one step")
    for loss_at in (1, -1):
        error = ("IndexError",)
        refuses(submission, "gradient_norms", pair.student, x, loss_at, error=error)


@pytest.mark.task("spectral_bound")
@pytest.mark.points(3)
@pytest.mark.promise(
    "spectral_bound", "steps-outside-are-errors", "bound-of-each-distance", "spectral_bound.raises"
)
def test_odd_distances(submission, reference, rng):
    """spectral_bound: no distances, distances in any order, negative ones, a triangular matrix."""
    W_h = np.triu(rng.normal(size=(5, 5)))
    agrees(submission, reference, "spectral_bound", W_h, np.arange(0))
    agrees(submission, reference, "spectral_bound", W_h, np.array([1, 2, 30, 4]), 0.5)
    refuses(submission, "spectral_bound", W_h, np.array([2, -1]))


@pytest.mark.task("descend")
@pytest.mark.points(1.5)
@pytest.mark.promise("descend", "descent-clips-by-norm")
def test_no_steps(submission, reference, rng):
    """descend: without steps, the path is one point."""
    agrees(submission, reference, "descend", callback(np.negative), np.array([1.0, 2.0]), 0.5, 0)
    agrees(submission, reference, "descend", callback(np.negative), np.ones(2), 0.5, 2, 0.3)
    agrees(submission, reference, "descend", callback(np.negative), rng.normal(size=2), 0.5, 0)
