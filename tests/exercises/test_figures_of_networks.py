"""What the figures of the unit on neural networks draw is what the solutions compute."""

import numpy as np
import pytest
from drawn_figures import texts_of

from docs.figures import neural_networks as figures
from solutions.neural_networks.activations import activations
from solutions.neural_networks.autograd.autograd import Tape
from solutions.neural_networks.dropout.dropout import Dropout, VariationalDropout
from solutions.neural_networks.learning_rates.learning_rates import StepDecay, gradient_descent
from solutions.neural_networks.neuron.neuron import Affine, sigmoid
from solutions.neural_networks.optimizers.optimizers import SGD, AdaGrad, Adam, Momentum

CLASSES = dict(
    zip(
        figures.ACTIVATIONS,
        (
            *(activations.Sigmoid(), activations.Tanh(), activations.HardTanh()),
            *(activations.SoftSign(), activations.ReLU(), activations.LeakyReLU(0.1)),
        ),
        strict=True,
    )
)


def test_the_hidden_layer_separates_the_points_and_no_line_does():
    inside, outside = map(np.array, figures.class_points())
    layer = Affine(2, 3, rng=np.random.default_rng(0))
    sides = np.radians(figures._SIDES)
    layer.parameters["W"][...] = -figures._STEEP * np.stack([np.cos(sides), np.sin(sides)])
    layer.parameters["b"][...] = figures._STEEP
    for points, is_inside in ((inside, True), (outside, False)):
        scores = sigmoid(layer.forward(points)).sum(axis=1) - 2.4
        np.testing.assert_allclose(scores, [figures.hidden_layer_score(*p) for p in points])
        assert ((scores > 0) == is_inside).all()
    for angle in np.linspace(0, 2 * np.pi, 360):  # a line has points of the ring on both sides
        along = np.array([np.cos(angle), np.sin(angle)])
        assert (outside @ along).max() > (inside @ along).max()


@pytest.mark.parametrize("name", CLASSES)
def test_the_curves_are_those_of_the_layers(name):
    z = np.linspace(-4, 4, 81)
    value, slope = figures.ACTIVATIONS[name]
    np.testing.assert_allclose(CLASSES[name].forward(z), [value(x) for x in z], atol=1e-12)
    backward = CLASSES[name].backward(np.ones_like(z))
    np.testing.assert_allclose(backward, [slope(x) for x in z], atol=1e-12)


def test_the_tape_holds_the_numbers_of_the_figure():
    tape = Tape()
    x, w, b = map(tape.value, (3.0, 2.0, -1.0))
    tape.backward((x * w + b) * x)
    shown = [f"{n:g}".replace("-", "−") for value in tape.values for n in (value.data, value.grad)]
    written = texts_of("neural_networks/autograd/tape.svg")[3:-2]
    assert [text for i, text in enumerate(written) if i % 3] == shown


def test_the_masks_are_factors_of_training():
    for layer in (Dropout, VariationalDropout):
        factors = layer(0.6, rng=np.random.default_rng(0)).forward(np.ones((1, 5, 4)))
        assert set(factors.ravel()) == {0.0, 1.0}
    cells = [text for text in texts_of("neural_networks/dropout/masks.svg") if text in ("0", "1")]
    for row in np.array(cells).reshape(2, 4, 5)[1]:
        assert len(set(row)) == 1  # one mask for all steps


def test_the_steps_on_the_parabola_are_those_of_gradient_descent():
    for rate, start in figures.STARTS.items():
        constant = StepDecay(rate, 1.0, 1)
        path = gradient_descent(lambda w: 20 * w, np.array([start]), constant, 4)
        np.testing.assert_allclose(figures.steps_on_parabola(rate, start), path[:, 0])


def test_the_paths_through_the_valley_are_those_of_the_optimizers():
    rules = SGD(0.09), Momentum(0.03, 0.8), AdaGrad(0.9), Adam(0.4, 0.8, 0.95)
    for rule, path in zip(rules, figures.paths(), strict=True):
        results = {"x": np.array(path[0])}
        for expected in path[1:]:
            rule.step(results, {"x": results["x"] * [1, 20]})
            np.testing.assert_allclose(results["x"], expected, rtol=1e-5, atol=1e-6)
