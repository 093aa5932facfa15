"""The parts of a model by name."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import parts_of


def test_parts_have_the_names_of_their_parameters():
    head, block, model = Model(), Model(), Model()
    head.add_parameter("W", np.zeros(2))
    block.add_child("attention", head)
    model.add_child("block", block)
    assert [name for name, _ in parts_of(model)] == ["", "block", "block.attention"]
    assert list(model.parameters) == ["block.attention.W"]
