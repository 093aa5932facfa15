"""`gradus` in this process, for tests that run commands one after the other."""

from typer.testing import CliRunner

from framework.cli import app


def gradus(*arguments):
    """Run one command; return what it printed."""
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output
