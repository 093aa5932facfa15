"""Commands in this process, for tests that run them one after the other."""

from typer.testing import CliRunner

from framework.cli import app as of_gradus


def invoked(app, *arguments):
    """Run one command of `app`; return its exit code and what it printed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def gradus(*arguments):
    """Run one command of `gradus`; return what it printed."""
    code, output = invoked(of_gradus, *arguments)
    assert code == 0, output
    return output
