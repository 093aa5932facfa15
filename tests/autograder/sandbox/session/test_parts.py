"""Parts as arguments: built over there, from the layers of the current provider."""

import numpy as np
import pytest

from autograder.checks import part
from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.session.requests import RemoteModule
from framework.interfaces import NumpyArrays


class Scale:
    """Multiplies by k."""

    def __init__(self, k):
        self.k = k

    def forward(self, x):
        return self.k * x


class Chain:
    """One after the other."""

    def __init__(self, layers, last=None):
        self.layers = [*layers, last] if last else layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x


class Pretender:
    """Answers what an array is asked."""

    shape, dtype = (2,), np.dtype(float)

    def mean(self):
        return 1.0

    def reshape(self, *shape):
        return self


class Submitted:
    """A module with a network of parts."""

    registry = None

    def load(self):
        """Nothing to do."""

    def attribute(self, name):
        same = {"same": lambda first, other: first is other}
        return {"Chain": Chain, "Pretender": Pretender, **same}[name]


@pytest.fixture
def session():
    return InlineSession(Submitted(), NumpyArrays(), {"scale": Scale, "chain": Chain}.__getitem__)


@pytest.fixture
def module(session):
    return RemoteModule(session)


def test_parts_stand_in_lists_in_other_parts_and_by_name(module):
    inner = part("chain", [part("scale", 2.0), part("scale", 3.0)])
    chain = module.Chain([inner], last=part("scale", 5.0))
    np.testing.assert_array_equal(chain.forward(np.ones(2)), [30.0, 30.0])


def test_one_part_twice_is_one_object_and_two_are_two(module):
    layer = part("scale", 2.0)
    assert module.same(layer, layer)
    assert not module.same(layer, part("scale", 2.0))


@pytest.mark.parametrize("name", ["mean", "shape", "dtype", "reshape"])
def test_an_object_does_not_pass_for_an_array(module, name):
    module.Chain([]).forward(1)
    pretender = module.Pretender()
    with pytest.raises(AttributeError, match="expected an array, received a Pretender"):
        getattr(pretender, name)


def test_a_call_with_parts_in_words(module, session):
    module.Chain([part("scale", 2.0), part("chain", [part("scale", 3.0)])])
    assert session.calls.latest.text == "Chain([scale(2.0), chain([scale(3.0)])])"
