"""A reference of one small layer, recorded while a check asks it."""

import numpy as np
import pytest

from autograder.conversations.player import RecordedSession
from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.session.requests import RemoteModule
from framework.interfaces import Model, NumpyArrays
from plugins.authoring.kits.recorder import RecordingSession, trimmed


class Scale(Model):
    """y = w x, and the sum of all calls so far."""

    def __init__(self, size, *, rng):
        super().__init__()
        self.add_parameter("w", rng.normal(size=size))
        self.total = 0.0

    def forward(self, x):
        self.total += float(x.sum())
        return self.parameters["w"] * x

    def backward(self, grad_output):
        return grad_output * self.parameters["w"]


class Names:
    def load(self):
        pass

    def attribute(self, name):
        return {"Scale": Scale, "double": lambda x: 2 * x}[name]


@pytest.fixture
def recorder():
    return RecordingSession(InlineSession(Names(), NumpyArrays(), None))


@pytest.fixture
def recorded(recorder):
    """`recorded(check)`: the tape of a check, a function of the reference and a generator."""

    def recorded(check, seed=0):
        recorder.begin("check")
        check(RemoteModule(recorder), recorder.generator(np.random.default_rng(seed)))
        return trimmed(recorder.tapes["check"])

    return recorded


@pytest.fixture
def play():
    """`play(tape, check)`: run the check on the tape; returns the session."""

    def play(tape, check, seed=0):
        session = RecordedSession({"check": tape})
        session.begin("check")
        check(RemoteModule(session), session.generator(np.random.default_rng(seed)))
        return session

    return play
