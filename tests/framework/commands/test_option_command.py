"""A dataclass of options becomes a command of typer: names, types, ranges, defaults, help."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer
from typer.testing import CliRunner

from framework.commands.groups import new_app
from framework.commands.option_command import option_command
from framework.errors import UsageError
from framework.training.option_fields import RARE, checked_values, option


@dataclass(frozen=True)
class Sizes:
    def __post_init__(self):
        for name, value in checked_values(Sizes, vars(self)).items():
            object.__setattr__(self, name, value)

    size: int = option(3, "How large.", minimum=1, maximum=9)
    rate: float | None = option(None, "How fast.", minimum=0.0)
    kind: Literal["a", "b"] = option("a", "Which one.", names=("--kind", "--sort"))
    is_on: bool = option(False, "Whether.")
    out: Path | None = option(None, "Where.", metavar="FILE")
    words: tuple[str, ...] = option((), "A word. Repeatable.", names=("--word",))


@pytest.fixture
def run():
    seen = []

    def collect(context, options, **others):
        seen.append((options, others))

    command = option_command(
        Sizes,
        collect,
        name="measure",
        help="Measure it.",
        others={
            "first": (Annotated[str, typer.Option(help="First.")], "x"),
            "last": (Annotated[int, typer.Option(help="Last.")], 7),
        },
    )
    app = typer.Typer(rich_markup_mode=None)
    app.command(context_settings={"default_map": {"words": ["recipe"]}})(command)

    def invoke(*arguments):
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, UsageError):
            raise result.exception
        return seen[-1] if result.exit_code == 0 and seen else result.output

    return invoke


def test_defaults_are_those_of_the_fields(run):
    options, others = run()
    assert options == Sizes(words=("recipe",))
    assert others == {
        "first": "x",
        "last": 7,
        "backend": "numpy",
        "provider": "",
        "device": "cpu",
        "submission": None,
        "plugin": None,
        "block": None,
    }


def test_values_arrive_in_the_types_of_the_fields(run):
    options, others = run(
        *("--size", "4", "--rate", "0.5", "--sort", "b", "--is-on", "--out", "f"),
        *("--word", "one", "--word", "two", "--last", "8"),
    )
    assert options == Sizes(4, 0.5, "b", True, Path("f"), ("recipe", "one", "two"))
    assert others["last"] == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--size", "10"), "--size must be a whole number from 1 to 9, not 10"),
        (("--rate", "-1"), "--rate must be a number from 0 on, not -1.0"),
        (("--rate", "inf"), "--rate must be a number from 0 on, not inf"),
        (("--kind", "c"), "--kind must be one of a, b, not 'c'"),
    ],
)
def test_ranges_are_those_of_the_fields(run, arguments, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        run(*arguments)


def test_the_help_is_that_of_the_fields_in_their_order(run):
    shown = " ".join(run("--help").split())
    assert "Measure it." in shown
    places = [shown.index(text) for text in ("First.", "Last.", "How large.", "A word.", "--block")]
    assert places == sorted(places)
    assert "How large. [from 1 to 9] [default: 3]" in shown
    assert "--out FILE" in shown and "--kind, --sort <a|b>" in shown
    assert "Invalid value for '--size" in run("--size", "many")


@dataclass(frozen=True)
class Grouped:
    size: int = option(3, "How large.", group="Model")
    shape: int = option(3, "Which form.", group=RARE)


def test_help_has_groups_and_hides_rare_options():
    app = new_app()
    app.command("measure")(
        option_command(Grouped, print, name="measure", help="Measure it.", others={})
    )
    short = CliRunner().invoke(app, ["measure", "--help"]).output
    whole = CliRunner().invoke(app, ["measure", "--help-all"]).output
    assert re.search(r"^Model:\n  --size N +How large", short, re.M)
    assert "--help-all" in short
    assert "--shape" not in short
    assert re.search(r"^Rare options:\n  --shape N +Which form", whole, re.M)
    assert set(short.splitlines()) <= set(whole.splitlines())
