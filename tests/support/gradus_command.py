"""Commands in this process, for tests that run them one after the other."""

import contextlib
import io
import os
import shlex
from unittest.mock import patch

from programs import completed, with_scripts
from typer.testing import CliRunner

from autograder.cli import grade
from framework.cli import app as of_gradus


def invoked(app, *arguments):
    """Run one command of `app`; return its exit code and what it printed."""
    result = _result(app, *arguments)
    return result.exit_code, result.output


def _result(app, *arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def gradus(*arguments):
    """Run one command of `gradus`; return what it printed."""
    code, output = invoked(of_gradus, *arguments)
    assert code == 0, output
    return output


def typed(command, folder):
    """Run one command of a page in `folder`; return its exit code, and its output without errors.

    `gradus` and `grade` run in this process, in a pipe of 80 columns, and raise their errors.
    """
    program, *words = shlex.split(command)
    with contextlib.chdir(folder), patch.dict(os.environ, COLUMNS="80"):
        if program == "gradus":
            result = _result(of_gradus, *words)
            return result.exit_code, result.stdout
        if program == "grade":
            with contextlib.redirect_stdout(io.StringIO()) as output:
                code = grade(words)
            return code, output.getvalue()
        done = completed(program, *words, env=with_scripts())
        return done.returncode, done.stdout
