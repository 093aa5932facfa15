"""Public checks of the neuron: σ, one neuron by hand and folded, a layer and its gradients."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    equal,
    finite,
    in_float32,
    paired_models,
    without_warning,
)


@pytest.mark.task("sigmoid")
@pytest.mark.points(1.5)
@pytest.mark.hint("σ(0) = 1/2. Is the sign inside exp right? σ(z) = 1 / (1 + exp(−z)).")
@pytest.mark.promise("unchanged", "dtype")
def test_sigmoid_values(submission, reference, rng):
    """sigmoid: 1 / (1 + exp(−z)), and σ(−z) = 1 − σ(z)."""
    z = np.array([0.0, np.log(3.0), -np.log(3.0)])
    equal(submission.sigmoid(z), np.array([1 / 2, 3 / 4, 1 / 4]), "σ at 0, log 3, −log 3")
    z = rng.normal(scale=3.0, size=(4, 5))
    a = agrees(submission, reference, "sigmoid", z)
    equal(a + submission.sigmoid(-z), np.ones((4, 5)), "σ(z) + σ(−z)")
    agrees(submission, reference, "sigmoid", z.astype(np.float32), rtol=1e-5)


@pytest.mark.task("sigmoid")
@pytest.mark.points(1.5)
@pytest.mark.hint("Take exp of −|z| only: it lies in (0, 1]. The two signs of z need two formulas.")
@pytest.mark.promise("no-overflow", "sigmoid", "twelve-digits")
def test_sigmoid_does_not_overflow(submission, reference, rng):
    """sigmoid: no overflow and no warning at z = ±1000; 12 digits at every z from −700."""
    a = without_warning(submission, "sigmoid", np.array([-1e3, -750.0, 750.0, 1e3]))
    finite(a, "σ at z = ±1000 and ±750")
    equal(a, np.array([0.0, 0.0, 1.0, 1.0]), "σ at z = ±1000 and ±750", atol=1e-300)
    z = np.array([-700.0, *rng.uniform(-700, -40, size=3), -30.0, -1.0, 30.0, 700.0])
    a = agrees(submission, reference, "sigmoid", z)
    equal(a / reference.sigmoid(z), np.ones(8), "σ(z) divided by its right value", rtol=1e-12)


@pytest.mark.task("neuron")
@pytest.mark.points(1.5)
@pytest.mark.hint("Multiply inputs and weights pairwise, sum, add the bias, apply σ.")
def test_neuron_by_hand(submission, reference, rng):
    """neuron: σ(wᵀx + b) of one input."""
    x, w = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    for b, expected in ((-1.0, 1 / 2), (np.log(3.0) - 1, 3 / 4), (-np.log(3.0) - 1, 1 / 4)):
        equal(submission.neuron(x, w, b), expected, f"the neuron of the README with b = {b:.4g}")
    x, w = rng.normal(size=(2, 2))
    agrees(submission, reference, "neuron", x, w, float(rng.normal()))


@pytest.mark.task("neuron")
@pytest.mark.points(1.5)
@pytest.mark.hint("The bias is the weight of an input that is always 1: [w b] · [x 1] = wᵀx + b.")
@pytest.mark.promise("unchanged")
def test_neuron_folded(submission, reference, rng):
    """neuron: a batch of inputs, and the folded form [w b] · [x 1]."""
    x, w, b = rng.normal(size=(6, 4)), rng.normal(size=4), 0.7
    a = agrees(submission, reference, "neuron", x, w, b)
    folded = submission.neuron(np.hstack([x, np.ones((6, 1))]), np.append(w, b), 0.0)
    equal(folded, a, "the neuron with its bias folded in")


@pytest.mark.task("Affine")
@pytest.mark.points(1.5)
@pytest.mark.hint("x @ W + b, one input per row of x, with the arrays in self.parameters.")
@pytest.mark.promise("unchanged")
def test_affine_forward(submission, reference, rng):
    """Affine: forward is x W + b."""
    pair = paired_models(submission, reference, "Affine", 4, 3, rng=rng)
    pair.same_forward(rng.normal(size=(5, 4)))


@pytest.mark.task("Affine")
@pytest.mark.points(1.5)
@pytest.mark.hint("Column j of W holds the weights of neuron j, and b[j] is its bias.")
def test_affine_is_a_layer_of_neurons(submission, reference, rng):
    """Affine: column j belongs to neuron j; the bias is a row of W for an input of 1."""
    pair = paired_models(submission, reference, "Affine", 4, 3, rng=rng)
    W, b = pair.reference.parameters["W"], pair.reference.parameters["b"]
    x = rng.normal(size=(5, 4))
    z = pair.student.forward(x)
    neurons = [reference.neuron(x, W[:, j], b[j]) for j in range(3)]
    equal(1 / (1 + np.exp(-z)), np.stack(neurons, axis=1), "σ of the layer, neuron by neuron")
    folded = submission.Affine(5, 3, rng=rng)
    assign(folded, {"W": np.vstack([W, b]), "b": np.zeros(3)})
    equal(folded.forward(np.hstack([x, np.ones((5, 1))])), z, "the layer with its bias folded in")


@pytest.mark.task("Affine")
@pytest.mark.points(3.5)
@pytest.mark.hint(
    "W and b were used by every input of the batch: their gradients are sums over it."
)
@pytest.mark.promise("unchanged", "own-state", "affine-dtype")
def test_affine_backward(submission, reference, rng):
    """Affine: the gradients of W, b and x."""
    for H, shape in ((3, (5, 4)), (4, (2, 3, 4))):
        pair, x = (
            paired_models(submission, reference, "Affine", 4, H, rng=rng),
            rng.normal(size=shape),
        )
        pair.same_backward(x, rng=rng)
        pair.gradients_agree(x, rng=rng)
        pair.accumulates(x, rng=rng)
    large = paired_models(submission, reference, "Affine", 120, 100, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 120)), rng=rng, passes=100)
    if in_float32(pair):
        pair.same_backward(x.astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4)
