"""The weights of the parts of a model that attend."""

import numpy as np

from framework.interfaces import Model, NumpyArrays
from framework.models.attention_weights import attention_weights, parts_of


class Head(Model):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights


def network(**parts):
    model = Model()
    for name, part in parts.items():
        model.add_child(name, part)
    return model


def test_parts_have_the_names_of_their_parameters():
    head = Head(np.ones(3))
    head.add_parameter("W", np.zeros(2))
    model = network(block=network(attention=head))
    assert [name for name, _ in parts_of(model)] == ["", "block", "block.attention"]
    assert list(model.parameters) == ["block.attention.W"]


def test_weights_of_the_first_text_with_an_axis_of_heads():
    several, single = np.random.default_rng(0).random((2, 3, 4, 4)), np.ones((2, 4, 5))
    other = Head(np.ones(3))
    model = network(a=Head(several), b=network(c=Head(single)), d=other, e=object())
    found = attention_weights(model, NumpyArrays())
    assert list(found) == ["a", "b.c"]
    np.testing.assert_array_equal(found["a"], several[0])
    np.testing.assert_array_equal(found["b.c"], single[:1])
