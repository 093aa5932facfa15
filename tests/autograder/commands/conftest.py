"""The commands of a student, run in the tiny course as at a terminal."""

import pytest
import typer
from typer.testing import CliRunner

from autograder.commands.hint import hint
from autograder.commands.list_exercises import list_exercises
from autograder.commands.notebook import notebook
from autograder.commands.reset import reset
from autograder.commands.show import show
from autograder.commands.why import why
from plugins.authoring.commands.stubs import stubs
from plugins.authoring.stub_files import write_stubs


@pytest.fixture
def gradus(course_root, monkeypatch):
    """Run a command in the tiny course: (exit code, output); errors of ours are raised."""
    monkeypatch.chdir(course_root)
    app = typer.Typer()
    app.command("list")(list_exercises)
    for command in (show, hint, reset, stubs, notebook, why):
        app.command()(command)

    def run(*arguments):
        result = CliRunner().invoke(app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


@pytest.fixture
def written(tiny_course):
    """The tiny course with its stubs."""
    write_stubs(tiny_course)
    return tiny_course


@pytest.fixture
def lines():
    """The lines of an output, without blanks at their ends."""
    return lambda output: [line.rstrip() for line in output.strip("\n").split("\n")]
