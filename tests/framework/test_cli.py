"""The root command: the commands of all plugins, and errors with their exit codes."""

from __future__ import annotations

import inspect
import logging
import os
import re
import subprocess
import sys

import pytest
import typer
from repository import ROOT
from typer.core import TyperArgument
from typer.testing import CliRunner

from autograder.plugin import COMMANDS as STUDENT_COMMANDS
from framework import __version__
from framework.cli import COMMANDS, build_app, main
from framework.errors import ConflictError, UnknownNameError
from framework.importing import load_target
from framework.log import ROOT as LOG

ROAR = """
@hookimpl
def add_commands(app):
    @app.command()
    def {name}():
        print("a lion")
"""


@pytest.fixture(autouse=True)
def silent():
    """No log is left behind by `-v`."""
    yield
    logging.getLogger(LOG).handlers.clear()


@pytest.fixture
def run(monkeypatch, capsys):
    """Run `gradus` with these arguments; returns exit code, output and errors."""

    def do(*arguments):
        monkeypatch.setattr(sys, "argv", ["gradus", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return do


def test_help_names_every_command_and_where_to_begin(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "Start with `gradus list`" in out
    for command in ("list", "show", "hint", "reset", "stubs", "notebook", "train", "evaluate"):
        assert f"  {command} " in out
    for command in ("sample", "plugins", "new"):
        assert f"  {command} " in out


def commands_below(command, path):
    """Each command of the tree with the words that call it, imported."""
    found = command.make_context(path, [], resilient_parsing=True).command
    children = getattr(found, "commands", {})
    if not children:
        yield path, found
    for name, child in children.items():
        yield from commands_below(child, f"{path} {name}")


def test_arguments_are_named_in_capitals_without_brackets():
    """The usage puts brackets and dots around them."""
    commands = dict(commands_below(typer.main.get_command(build_app(())), "gradus"))
    assert {"gradus list", "gradus class grade", "gradus kit build"} <= commands.keys()
    wrong = {
        (path, param.name): param.metavar
        for path, command in commands.items()
        for param in command.params
        if isinstance(param, TyperArgument)
        and not re.fullmatch(r"[A-Z0-9]+([|/][A-Z0-9]+)*", param.metavar or "")
    }
    assert wrong == {}


def test_the_version_is_reported_with_that_of_python(run):
    code, out, err = run("--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"gradus {__version__} \(Python 3\.\d+\.\d+\S*\)\n", out)


@pytest.mark.parametrize("option", ["-v", "--verbose"])
def test_verbose_logs_what_is_loaded_to_standard_error(run, option):
    assert run("plugins")[2] == ""
    code, out, err = run(option, "plugins")
    assert code == 0
    assert "INFO" not in out
    assert "INFO gradus.course: read " in err
    assert "INFO gradus.plugins: loaded numpy_reference, built-in plugins.numpy_reference" in err


@pytest.mark.parametrize("form", [["--plugin", "{}"], ["--plugin={}"]])
def test_a_plugin_given_as_option_brings_its_commands(write, form):
    path = write("lions", ROAR.format(name="roar"))
    app = build_app(["plugins", *(word.format(path) for word in form)])
    assert CliRunner().invoke(app, ["roar"]).output == "a lion\n"


def test_a_command_of_a_plugin_is_called_with_its_file(write, run):
    path = write("lions", ROAR.format(name="roar"))
    assert run("--plugin", path, "roar") == (0, "a lion\n", "")
    assert "No such command 'roar'" in run("--plugin", path, "--block", "lions", "roar")[2]


def test_what_stands_after_two_dashes_is_no_option(write):
    app = build_app(["show", "--", "--plugin", write("lions", ROAR.format(name="roar"))])
    assert CliRunner().invoke(app, ["roar"]).exit_code == 2


def test_an_installed_plugin_brings_its_commands_and_blocking_takes_them_away(install, run):
    install("lions", ROAR.format(name="roar"))
    assert run("roar") == (0, "a lion\n", "")
    code, _, err = run("roar", "--block", "lions")
    assert code == 2
    assert "No such command 'roar'" in err


@pytest.mark.parametrize(("name", "owner"), [("train", "gradus itself"), ("hint", "autograder")])
def test_a_command_has_one_owner(install, run, name, owner):
    install("lions", ROAR.format(name=name))
    words = rf"plugin lions \(gradus-lions 1.0\) adds the command '{name}', but so does .*{owner}"
    for arguments in (["--help"], ["no-such-command"]):
        code, out, err = run(*arguments)
        assert (code, out) == (ConflictError.exit_code, "")
        assert re.search(words, err)


def test_a_group_has_one_owner(install, run):
    group = "import typer\n\n@hookimpl\ndef add_commands(app):\n    app.add_typer(typer.Typer(), "
    install("lions", group + "name='new')")
    assert "adds the command 'new', but so does gradus itself" in run("--help")[2]


def test_a_known_command_needs_no_plugin(install, run):
    install("lions", "@hookimpl\ndef add_commands(app):\n    1 / 0")
    assert run("show", "activations")[0] == 0
    assert run("--help")[0] == run("roar")[0] == 3


def test_the_list_of_commands_shows_the_first_sentence_of_each_help():
    for name, (target, summary) in (COMMANDS | STUDENT_COMMANDS).items():
        found = load_target(target)
        text = found.info.help if isinstance(found, typer.Typer) else inspect.getdoc(found)
        assert " ".join(text.split("\n\n")[0].split()) == summary, name


def test_values_are_converted_as_typer_converts_them(tmp_path):
    """The quick conversion of text, paths, flags and lists is only quicker."""
    program = """
import sys
from pathlib import Path
from typing import Annotated
import typer
from framework.commands.quick_values import QuickCommand
app = typer.Typer(add_completion=False, rich_markup_mode=None)
@app.command(cls=QuickCommand if sys.argv.pop(1) == "quick" else None)
def show(
    name: str,
    others: Annotated[list[str] | None, typer.Argument()] = None,
    path: Path = Path("x"),
    none: Path | None = None,
    number: int = 1,
    flag: Annotated[bool, typer.Option("--flag", envvar="A_FLAG")] = False,
    many: Annotated[list[Path] | None, typer.Option("--many")] = None,
):
    print(name, others, repr(path), none, number, flag, many)
app()
"""
    (tmp_path / "program.py").write_text(program)
    for flag, case in {
        "no": "a b c --path y --many m --many n",
        "1": "a --none z --number 3",
        "0": "a --flag",
        "wrong": "a",
        "": "--number x",
    }.items():
        quick, typers = (
            subprocess.run(
                [sys.executable, tmp_path / "program.py", kind, *case.split()],
                env={**os.environ, "A_FLAG": flag, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=False,
            )
            for kind in ("quick", "typer")
        )
        assert (quick.stdout, quick.stderr) == (typers.stdout, typers.stderr)
        assert quick.returncode == typers.returncode


def test_a_plugin_whose_commands_fail_is_named_and_can_be_blocked(install, run):
    install("lions", "@hookimpl\ndef add_commands(app):\n    1 / 0")
    code, _, err = run("plugins")
    assert code == 3
    assert err == (
        "gradus: plugin lions (gradus-lions 1.0): hook 'add_commands': it raised "
        "ZeroDivisionError: division by zero. `--block lions` leaves the plugin out\n"
    )
    assert run("plugins", "--block", "lions")[0] == 0


def test_a_failed_plugin_is_said_once_and_the_rest_works(install, run):
    install("broken", "import nothing_of_that_name")
    code, out, err = run("plugins")
    assert code == 0
    assert "numpy_reference" in out
    assert err.count("plugin broken (gradus-broken 1.0) is left out") == 1
    assert run("plugins", "--block", "broken")[2] == ""


def test_errors_end_with_their_exit_code_and_no_traceback(run):
    code, _, err = run("plugins", "--block", "torch_backen")
    assert code == UnknownNameError.exit_code == 2
    assert err == (
        "gradus: no plugin 'torch_backen': did you mean 'torch_backend'? "
        "`gradus plugins` shows all\n"
    )


def test_an_interrupted_command_says_how_to_start_again(write, run):
    waits = ROAR.format(name="roar").replace('print("a lion")', "raise KeyboardInterrupt")
    path = write("two lions", waits)
    assert run("--plugin", path, "roar") == (
        130,
        "",
        f"gradus: interrupted before the end; to start again: gradus --plugin '{path}' roar\n",
    )


GROUPS = ((), ("class",), ("course",), ("gradescope",), ("kit",), ("new",), ("train",))


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_no_line_about_a_command_is_cut(group):
    shown = CliRunner().invoke(build_app([*group, "--help"]), [*group, "--help"]).output
    _, _, commands = shown.partition("Commands:")
    assert commands.strip()
    assert "..." not in commands
