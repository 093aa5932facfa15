"""The messages of the window scorer's solution name the shapes."""

import numpy as np
import pytest

from framework.models.parts import parts_from
from solutions.neural_networks.activations.activations import Sigmoid
from solutions.neural_networks.backpropagation.backpropagation import WindowScorer


def test_what_does_not_fit():
    with parts_from({"sigmoid": Sigmoid}.__getitem__):
        model = WindowScorer(5, 3, rng=np.random.default_rng(0))
        with pytest.raises(ValueError, match=r"\(N, 5\), but has shape \(2, 4\)"):
            model.forward(np.zeros((2, 4)))
        with pytest.raises(ValueError, match=r"x \(5,\), b \(3,\) and U \(3,\), but got \(4,\)"):
            model.deltas(np.zeros(4))
