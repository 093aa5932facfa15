"""Test files of an exercise, run on a session that answers nothing."""

import textwrap
from types import SimpleNamespace

import pytest
from repository import text_of

from autograder.grading.checks_run import Checks
from autograder.grading.under_test import ExerciseUnderTest
from autograder.sandbox.session.calls import RemoteCall
from autograder.sandbox.session.session import Session

CHECKS = text_of("texts/grading/checks.py")


class SilentSession(Session):
    """A session that answers nothing, and prints a text."""

    def __init__(self, entered=False):
        super().__init__()
        self.calls.entered = entered
        self.calls.latest = RemoteCall("RNN.forward", "RNN(3).forward(float64 (2,))")
        self.text = "hello\n"

    def run(self, steps):
        raise AssertionError("a request to a session that answers nothing")

    def printed(self):
        text, self.text = self.text, ""
        return text


@pytest.fixture
def on_silent_sessions(tmp_path):
    """`on_silent_sessions(tests)`: an exercise of one test file, beside two such sessions.

    `entered`: whether the code under test has been asked something.
    """

    def on_silent_sessions(tests, *, entered=False, **settings):
        missing = tmp_path / "none.py"
        files = {"tests": tests, "hidden_tests": missing, "stub": missing, "solution": missing}
        readme = tmp_path / "README.md"
        exercise = SimpleNamespace(name="rnn", tasks=(), readme=readme, **files)
        sessions = SilentSession(entered), SilentSession()
        return ExerciseUnderTest(exercise, *sessions, seed=3, **settings)

    return on_silent_sessions


@pytest.fixture
def collect(tmp_path, on_silent_sessions):
    """`collect(body)`: the results of a test file, on such sessions."""

    def collect(body="", *, hidden=False, text=CHECKS, **settings):
        path = tmp_path / ("test_rnn_hidden.py" if hidden else "test_rnn.py")
        path.write_text(textwrap.dedent(text).replace("{body}", body or "pass"), "utf-8")
        heard = []
        under_test = on_silent_sessions(path, **settings)
        results = Checks(under_test.exercise).run(under_test, heard.append)
        assert heard == results
        return results

    return collect
