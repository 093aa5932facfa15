"""Commands on macOS and on Windows, simulated: what Linux alone has is taken away first."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from repository import ROOT

from autograder.course.reading import find_course

SUPPORT = ROOT / "tests" / "support"


@pytest.fixture
def run(written):
    """`run(platform, command, ...)`: exit code, output and errors in the course of a student."""

    def run(platform, *words):
        done = subprocess.run(
            [sys.executable, str(SUPPORT / "other_system.py"), platform, *map(str, words)],
            cwd=written.root,
            env={**os.environ, "PYTHONPATH": str(SUPPORT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


STUDENT = [
    ("list",),
    ("show", "squash"),
    ("hint", "squash"),
    ("notebook", "squash"),
    ("reset", "squash"),
    ("doctor",),
    ("plugins",),
]


@pytest.fixture
def activations(tmp_path):
    """`activations(more)`: a file with the solution of the activations, and `more` after it."""

    def activations(more=""):
        source = find_course(ROOT).exercise("activations").solution_source()
        file = tmp_path / "activations.py"
        file.write_text(source + more, "utf-8")
        return file

    return activations


def test_macos_grades_and_says_what_it_cannot_contain(run, activations):
    code, output, errors = run("darwin", "grade", activations(), "--course", ROOT)
    assert (code, errors) == (0, "")
    assert "sandbox process" in output
    for what in ("use the network", "read and change every file", "start processes"):
        assert f"note: submitted code can {what}" in output


ENDLESS = """

_Right = Tanh


class Tanh(_Right):
    def forward(self, x):
        while True:
            pass
"""


@pytest.mark.slow
def test_macos_keeps_time_limits(run, activations):
    code, output, _ = run("darwin", "grade", activations(ENDLESS), "--course", ROOT)
    assert code == 1
    assert "timed out  Tanh" in output
    assert "passed     Sigmoid" in output


def test_windows_says_where_code_is_graded(run):
    for sandbox in ("auto", "process"):
        code, output, errors = run("win32", "grade", "squash", "--sandbox", sandbox)
        assert (code, output) == (3, "")
        assert "code is graded on Linux and macOS alone" in errors
        assert "Windows Subsystem for Linux" in errors


@pytest.mark.parametrize("platform", ["darwin", "win32"])
@pytest.mark.parametrize(
    "words",
    [
        STUDENT[0],
        *(pytest.param(words, marks=pytest.mark.slow) for words in STUDENT[1:]),
    ],
    ids=lambda words: words if isinstance(words, str) else words[0],
)
def test_commands_without_grading_run_there(run, platform, words):
    code, output, errors = run(platform, "gradus", *words)
    cannot_grade = platform == "win32" and words == ("doctor",)
    assert code == int(cannot_grade), errors
    assert ("Windows Subsystem for Linux" in output) == cannot_grade
    assert output
    assert "Traceback" not in errors
