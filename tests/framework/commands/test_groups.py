"""Commands say what is wrong with a value in their own words, and group their options."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, Literal

import pytest
import typer
from typer.testing import CliRunner

from framework.commands.groups import new_app


@pytest.fixture
def run():
    """`run(...)`: the output of a command with options of each kind."""
    app = new_app()

    @app.command()
    def command(
        jobs: Annotated[int, typer.Option(min=0, max=9)] = 0,
        rate: float = 0.5,
        device: Annotated[
            Literal["cpu", "cuda"], typer.Option(rich_help_panel="Where it runs")
        ] = "cpu",
    ) -> None:
        """Do it."""

    return lambda *arguments: CliRunner().invoke(app, arguments).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--jobs", "x"), "'x' is not a whole number"),
        (("--jobs", "-1"), "-1 is less than 0"),
        (("--jobs", "10"), "10 is more than 9"),
        (("--rate", "fast"), "'fast' is not a number"),
        (("--device", "gpu"), "'gpu' is not one of 'cpu', 'cuda'"),
        (("--device", "{gpu}"), "'{gpu}' is not one of 'cpu', 'cuda'"),
    ],
)
def test_a_wrong_value_is_told_without_words_of_pydantic(run, arguments, words):
    """Before 0.29 typer reads values without pydantic, and has plain words of its own."""
    told = run(*arguments)
    assert f"Invalid value for '{arguments[0]}': " in told
    assert words in told or not find_spec("typer._adapters")
    assert "Input should" not in told and "Value error" not in told


def test_options_stand_under_their_headings(run):
    text = run("--help")
    assert text.index("Options:") < text.index("--rate") < text.index("Where it runs:")
    assert text.index("Where it runs:") < text.index("--device")
