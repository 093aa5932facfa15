"""The commands of a student, run in the tiny course as at a terminal."""

import pytest
import typer
from gradus_command import invoked

from autograder.commands.grade import grade
from autograder.commands.hand_in import hand_in
from autograder.commands.hint import hint
from autograder.commands.list_exercises import list_exercises
from autograder.commands.next_exercise import show_next
from autograder.commands.notebook import notebook
from autograder.commands.reset import reset
from autograder.commands.show import show
from autograder.commands.why import why
from autograder.grading.setting import CI_VARIABLES, GradeOptions
from plugins.authoring.commands.stubs import stubs
from plugins.authoring.stub_files import write_stubs


@pytest.fixture
def gradus(course_root, monkeypatch):
    """Run a command in the tiny course: (exit code, output); errors of ours are raised."""
    monkeypatch.chdir(course_root)
    app = typer.Typer()
    named = {"list": list_exercises, "next": show_next, "hand-in": hand_in}
    for name, command in named.items():
        app.command(name)(command)
    for command in (show, hint, reset, stubs, notebook, why):
        app.command()(command)

    def run(*arguments):
        return invoked(app, *arguments)

    return run


@pytest.fixture
def written(tiny_course):
    """The tiny course with its stubs."""
    write_stubs(tiny_course)
    return tiny_course


#: Checks of the tiny course: exercise -> task -> code and points.
CHECKS = {
    "squash": {
        "Sigmoid": ("assert submission.Sigmoid().forward(np.zeros(1))[0] == 0.5", 3),
        "double": ("assert submission.double(np.array([5.0]))[0] == 10", 2),
    },
    "sums": {"total": ("assert submission.total([1.0, 2.0]) == 3", 1)},
}


@pytest.fixture
def checked(written):
    """The tiny course with its stubs and with checks."""
    for name, checks in CHECKS.items():
        text = "import numpy as np\nimport pytest\n"
        for task, (code, points) in checks.items():
            text += (
                f'\n\n@pytest.mark.task("{task}")\n@pytest.mark.points({points})\n'
                f'def test_{task.lower()}(submission):\n    """{task} answers."""\n    {code}\n'
            )
        written.exercise(name).tests.write_text(text)
    return written


@pytest.fixture
def grade_own(checked, course_root, monkeypatch, capsys):
    """Grade exercises or files in the folder of the tiny course."""
    monkeypatch.chdir(course_root)
    for variable in CI_VARIABLES:
        monkeypatch.delenv(variable, raising=False)

    def run(*what):
        grade(GradeOptions(what=what, sandbox="process", jobs=1))
        return capsys.readouterr().out

    return run


@pytest.fixture
def lines():
    """The lines of an output, without blanks at their ends."""
    return lambda output: [line.rstrip() for line in output.strip("\n").split("\n")]
