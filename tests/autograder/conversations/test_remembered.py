"""What the reference has answered is answered again, and is what it answered first."""

import numpy as np
import pytest

from autograder.conversations.remembered import Remembered, RememberingSession
from autograder.sandbox import wire
from autograder.sandbox.session.faults import ReferenceFailed
from autograder.sandbox.session.inline import ReferenceSession
from autograder.sandbox.session.requests import RemoteModule
from framework.interfaces import NumpyArrays


class Course:
    """Counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def load(self):
        pass

    def attribute(self, name):
        self.asked += 1
        return {
            "kept": lambda x: x,
            "described": lambda x: f"{x!r} {type(x[0]).__name__} {x.dtype.char}",
            "pairs": lambda count: {(i, i + 1): i for i in range(count)},
        }[name]


@pytest.fixture
def course():
    return Course()


@pytest.fixture
def reference(course):
    """`reference()`: the reference for the next submission of one class."""
    remembered = Remembered()

    def reference():
        make = lambda: ReferenceSession(course, NumpyArrays(), None)  # noqa: E731
        session = RememberingSession(make, remembered)
        session.begin("check")
        return RemoteModule(session)

    return reference


@pytest.mark.parametrize("array", [np.arange(3), np.ones(2, np.float32), np.zeros(2, ">u8")])
@pytest.mark.parametrize("name", ["kept", "described"])
def test_every_submission_gets_the_same_answer(reference, course, name, array):
    first, second = (getattr(reference(), name)(array) for _ in range(2))
    assert course.asked == 1
    assert repr(first) == repr(second)
    assert getattr(first, "dtype", None) is getattr(second, "dtype", None)


def test_a_check_that_changes_an_answer_does_not_change_the_next_one(reference):
    for _ in range(2):
        answer = reference().kept(np.arange(3))
        assert answer.tolist() == [0, 1, 2]
        answer += 1


def test_what_cannot_be_remembered_is_refused_the_first_time(reference):
    assert len(reference().pairs(wire.MAX_UNSALTED_KEYS)) == wire.MAX_UNSALTED_KEYS
    for _ in range(2):
        with pytest.raises(ReferenceFailed, match="keys that are not text"):
            reference().pairs(wire.MAX_UNSALTED_KEYS + 1)
