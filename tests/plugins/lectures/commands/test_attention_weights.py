"""The weights of the parts of a model that attend."""

import numpy as np

from framework.interfaces import Model, NumpyArrays
from plugins.lectures.commands.attention import attention_weights


class Head(Model):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights


def network(**parts):
    model = Model()
    for name, part in parts.items():
        model.add_child(name, part)
    return model


def test_weights_of_the_first_text_with_an_axis_of_heads():
    several, single = np.random.default_rng(0).random((2, 3, 4, 4)), np.ones((2, 4, 5))
    other = Head(np.ones(3))
    model = network(a=Head(several), b=network(c=Head(single)), d=other, e=object())
    found = attention_weights(model, NumpyArrays())
    assert list(found) == ["a", "b.c"]
    np.testing.assert_array_equal(found["a"], several[0])
    np.testing.assert_array_equal(found["b.c"], single[:1])
