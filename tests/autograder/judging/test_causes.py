"""Causes outside of the mathematics: what an exception and the source text show."""

import sys

import pytest
from repository import text_of

from autograder.judging.causes import SourceText, with_causes
from autograder.results.report import CheckResult, Fact
from autograder.sandbox.session.faults import Frame
from autograder.verdicts import Verdict

MODEL = """
from framework.interfaces import Model

class RNN(Model):
    def __init__(self, size):
        self.add_parameter("b", size)
        super().__init__()
"""


def told(text, raised="", message="", line=0, verdict=Verdict.CRASHED, where="line {}".format):
    """Return the details of a check that ended with an exception in `line` of `text`."""
    frames = (Frame("rnn.py", line, "<module>"),) * bool(line)
    check = CheckResult(
        "test_rnn.py::test_x", "x", "RNN", False, 1.0, verdict, message, frames=frames,
        fact=Fact(raised), details=("its own detail",),
    )  # fmt: skip
    *sentences, own = with_causes(check, SourceText("rnn.py", text, where)).details
    assert own == "its own detail"
    return sentences


def test_a_marker_of_a_merge_conflict():
    text = "x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> theirs\n"
    (sentence,) = told(text, "SyntaxError", "SyntaxError: invalid syntax", 2)
    assert sentence.startswith("line 2 is a marker of a merge conflict: keep the code of one side")
    assert told("x = (\n", "SyntaxError", "SyntaxError: '(' was never closed", 1) == []


@pytest.mark.parametrize(
    ("line", "version", "name"),
    [
        ("type Vector = list[float]", "3.12", "a `type` statement"),
        ("def first[T](x: T) -> T:", "3.12", "type parameters in brackets"),
        ("class Stack[T]:", "3.12", "type parameters in brackets"),
        ("""print(f"{p["W"]}")""", "3.12", "the same quotes inside an f-string"),
        ("except ValueError, TypeError:", "3.14", "`except` of several types without parentheses"),
        ('print(t"{x}")', "3.14", "a t-string"),
    ],
)
def test_syntax_of_a_newer_python(monkeypatch, line, version, name):
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    error = "SyntaxError", "SyntaxError: invalid syntax"
    words = f"this is syntax of Python {version}, {name}: the grader runs Python 3.11.7"
    assert told(f"x = 1\n{line}\n", *error, 2) == [words]
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert told(f"x = 1\n{line}\n", *error, 2) == []


@pytest.mark.parametrize(
    "line", ["type = [1", "class Stack:", "x = a[b", 'f"{x" + "}"', """print(f"{p['W']}" x)"""]
)
def test_other_syntax_errors_are_not_explained(line):
    assert told(f"x = 1\n{line}\n", "SyntaxError", "SyntaxError: invalid syntax", 2) == []


def test_a_constructor_that_does_not_call_that_of_the_model():
    error = "AttributeError", "AttributeError: 'RNN' object has no attribute 'parameters'"
    without = MODEL.replace("        super().__init__()\n", "")
    words = "RNN.__init__ {} super().__init__(){}: it makes `parameters`, so call it first"
    assert told(without, *error, 6) == [words.format("does not call", "")]
    assert told(MODEL, *error, 6) == [words.format("calls", " too late")]
    assert told(MODEL, *error, 9) == []
    other = error[1].replace("parameters", "size")
    assert told(without, error[0], other, 6) == []


FILE = "also without the files beside it. Write the data into the code"
PROCESS = "graded code starts no other processes: compute in the process of the call"


@pytest.mark.parametrize(
    ("source", "raised", "message", "words"),
    [
        ("open('a')", "FileNotFoundError", "[Errno 2] No such file or directory: 'a'", FILE),
        ("np.load('/a')", "PermissionError", "[Errno 13] Permission denied: '/a'", FILE),
        ("Pool(2)", "FileNotFoundError", "[Errno 2] No such file or directory", PROCESS),
        ("subprocess.run('ls')", "BlockingIOError", "[Errno 11] Resource unavailable", PROCESS),
        ("mp.Process(target=f).start()", "OSError", "[Errno 30] Read-only file system", PROCESS),
        ("os.system('ls')", "PermissionError", "[Errno 1] Operation not permitted", PROCESS),
    ],
)
def test_files_beside_the_code_and_other_processes(source, raised, message, words):
    (sentence,) = told(source, raised, f"{raised}: {message}", 1)
    assert sentence.endswith(words)
    if words is PROCESS:
        assert told("raise OSError", raised, f"{raised}: {message}", 1) == []


REBOUND = text_of("texts/causes/rebound.py")


def test_a_later_line_that_binds_a_name_of_the_task_anew():
    error = "TypeError", "TypeError: 'int' object is not callable"
    words = "cell 9 binds max: it is no longer Python's max. Rename the variable"
    assert told(REBOUND.format("max = 5"), *error, 7, where="cell {}".format) == [words]
    words = "EPSILON is bound in line 2 and again in line 9: the last value counts"
    assert told(REBOUND.format("EPSILON = 1.0\nOTHER = 1"), verdict=Verdict.FAILED) == [words]
    assert told(REBOUND.format("min = 5\nother = 1\nother = 2"), verdict=Verdict.FAILED) == []
    assert told("SCALE = 1\nSCALE = 2\n" + REBOUND.format(""), verdict=Verdict.FAILED) == []
