"""Code under test and reference as plain dicts of names, over the real wire, in this process."""

import numpy as np
import pytest

from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.session.requests import RemoteModule
from autograder.sandbox.worker.loading import NotDefinedError
from framework.interfaces import Model, NumpyArrays


class Names:
    """A module that is a dict."""

    def __init__(self, names):
        self._names = names

    def load(self):
        """Nothing to do."""

    def attribute(self, name):
        if name not in self._names:
            raise NotDefinedError(f"{name} is not defined")
        return self._names[name]


def module_of(**names):
    return RemoteModule(InlineSession(Names(names), NumpyArrays(), None))


class Affine(Model):
    """y = tanh(x W + b)."""

    def __init__(self, inputs, outputs, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(size=(inputs, outputs)))
        self.add_parameter("b", np.zeros(outputs))

    def forward(self, x):
        self.x = x
        self.y = np.tanh(x @ self.parameters["W"] + self.parameters["b"])
        return self.y.copy()

    def backward(self, grad_output):
        grad_a = grad_output * (1 - self.y**2)
        self.gradients["W"] += self.x.T @ grad_a
        self.gradients["b"] += grad_a.sum(axis=0)
        return grad_a @ self.parameters["W"].T


@pytest.fixture
def remote():
    """`remote(f=..., Layer=...)`: a module of these names, as checks see one."""
    return module_of


@pytest.fixture
def affine():
    """A layer that is right, to be inherited from by layers that are not."""
    return Affine


@pytest.fixture
def draws():
    """The check's random numbers."""
    return np.random.default_rng(11)
