"""Commands on macOS and on Windows, simulated: what Linux alone has is taken away first.

On these systems themselves, the commands run as they are.
"""

import os
import re
import subprocess
import sys
from itertools import takewhile

import pytest
from repository import ROOT, text_of

from autograder.course.reading import find_course

SUPPORT = ROOT / "tests" / "support"


@pytest.fixture
def start(written):
    """`start(platform, command, ...)`: a process in the course of a student."""

    def start(platform, *words):
        if sys.platform not in ("linux", platform):
            pytest.skip(f"{platform} is simulated on Linux alone")
        return subprocess.Popen(
            [sys.executable, str(SUPPORT / "other_system.py"), platform, *map(str, words)],
            cwd=written.root,
            env={**os.environ, "PYTHONPATH": str(SUPPORT), "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    return start


@pytest.fixture
def run(start):
    """`run(platform, command, ...)`: exit code, output and errors in the course of a student."""

    def run(*words):
        with start(*words) as process:
            try:
                output, errors = process.communicate(timeout=100)
            finally:
                process.kill()
        return process.returncode, output, errors

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


def on_both(test):
    """Run `test` as on Windows; as on macOS, which takes the same path, among the slow tests."""
    macos = pytest.param("darwin", marks=pytest.mark.slow)
    return pytest.mark.parametrize("platform", ["win32", macos])(test)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_code_is_graded_and_what_is_not_contained_is_said(
    run, activations, make_notebook, platform
):
    file = activations()
    if platform == "win32":
        code = file.read_text("utf-8")
        file = file.with_suffix(".ipynb")
        file.write_bytes(make_notebook("# text", code, name="activations"))
    code, output, errors = run(platform, "grade", file, "--course", ROOT)
    assert (code, errors) == (0, "")
    assert "27/27 points" in output
    assert "sandbox process" in output
    for what in ("use the network", "read and change every file", "start processes"):
        assert f"note: submitted code can {what}" in output


FAULTS = text_of("texts/other_systems/faults.py")


@pytest.mark.slow
@on_both
def test_faults_are_reported_and_cost_their_own_checks_alone(run, activations, platform):
    file = activations(FAULTS)
    code, output, errors = run(platform, "grade", file, "--course", ROOT)
    assert (code, errors) == (1, "")
    lines = file.read_text("utf-8").splitlines()
    assert "no answer within 5 s of processor time" in output
    assert f"activations.py:{lines.index('        while True:') + 1} in forward" in output
    assert "ended the process itself (exit status 3)" in output
    assert "out of memory  ReLU: backward" in output
    assert "NameError: name 'missing' is not defined" in output
    assert "10.5/27 points" in output


@on_both
def test_a_saved_file_is_graded_again(start, activations, platform):
    file = activations("\n1 / 0\n")
    with start(platform, "grade", file, "--course", ROOT, "--watch") as process:

        def printed(end):
            """All lines up to the next one that begins with `end`."""
            lines = list(takewhile(lambda line: not line.startswith(end), process.stdout))
            return "".join(lines)

        assert "ZeroDivisionError" in printed("Watching")
        activations()
        assert "27/27" in printed("Watching")
        process.terminate()
        assert "Traceback" not in process.communicate(timeout=60)[1]


@on_both
def test_the_call_of_a_failed_check_is_made_again(run, activations, platform):
    wrong = "\n\nclass Tanh(Tanh):\n    def forward(self, x):\n        return 2 * x\n"
    file = activations(wrong)
    words = ("--submission", file, "--course", ROOT)
    output = run(platform, "grade", *words, "activations")[1]
    check = re.search(r"gradus replay (\S+)", output)[1]
    code, output, errors = run(platform, "gradus", "replay", check, *words)
    assert (code, errors) == (0, "")
    assert "Without a sandbox: forward(float64 (3,)) of Tanh()" in output


@on_both
def test_plain_pytest_runs_the_checks(run, platform):
    folder = find_course(ROOT).exercise("activations").folder
    code, output, _ = run(platform, "pytest", folder, "-p", "no:cacheprovider")
    assert code == 1
    assert "not written yet" in output


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
    assert code == 0, errors
    assert output
    assert "Traceback" not in errors
