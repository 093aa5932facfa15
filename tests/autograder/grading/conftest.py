"""Test files of an exercise, run on a session that answers nothing."""

import textwrap
from types import SimpleNamespace

import pytest
from repository import text_of

from autograder.grading.checks_run import Checks
from autograder.grading.under_test import ExerciseUnderTest
from autograder.sandbox.session.calls import CallLog, RemoteCall

CHECKS = text_of("texts/grading/checks.py")


class Session:
    """A session that records and prints the given texts."""

    transcript = None
    uncontained = ()

    def __init__(self, entered=False):
        self.calls = CallLog()
        self.calls.entered = entered
        self.calls.latest = RemoteCall("RNN.forward", "RNN(3).forward(float64 (2,))")
        self.text = "hello\n"

    def begin(self):
        pass

    def printed(self):
        text, self.text = self.text, ""
        return text

    def close(self):
        pass


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
        return ExerciseUnderTest(exercise, Session(entered), Session(), seed=3, **settings)

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
