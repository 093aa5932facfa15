"""What the neuron's solution promises beyond its checks: silence, and messages that help."""

import numpy as np

from solutions.neural_networks.neuron.neuron import sigmoid


def test_sigmoid_never_warns():
    """Warnings are errors here."""
    a = sigmoid(np.array([-1e308, -1e3, -700.0, 0.0, 700.0, 1e3, 1e308]))
    assert (np.diff(a) >= 0).all()
    assert a[2] > 0
