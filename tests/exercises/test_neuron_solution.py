"""What the neuron's solution promises beyond its checks: silence, and messages that help."""

import numpy as np
import pytest

from solutions.neural_networks.neuron.neuron import Affine, neuron, sigmoid


def test_sigmoid_never_warns():
    """Warnings are errors here."""
    a = sigmoid(np.array([-1e308, -1e3, -700.0, 0.0, 700.0, 1e3, 1e308]))
    assert (np.diff(a) >= 0).all()
    assert a[2] > 0


def test_inputs_and_weights_that_do_not_fit():
    with pytest.raises(ValueError, match=r"weights \(2,\) cannot read inputs \(4, 3\)"):
        neuron(np.ones((4, 3)), np.ones(2), 0.0)
    with pytest.raises(ValueError, match=r"shape \(4, 3\), but input_size is 2"):
        Affine(2, 5, rng=np.random.default_rng(0)).forward(np.ones((4, 3)))
