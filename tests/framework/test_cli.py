"""The root command: the commands of all plugins, and errors with their exit codes."""

import io
import logging
import re
import sys

import pytest
import typer
from typer.core import TyperArgument
from typer.testing import CliRunner

from autograder.cli import app as grade
from framework import __version__
from framework.cli import app, main
from framework.commands.groups import LazyGroup
from framework.errors import ConflictError, UnknownNameError
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


def test_help_groups_commands_by_who_uses_them(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "Start with `gradus next`" in out
    sections = {}
    for line in out.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            sections[line[:-1]] = section = []
        elif re.match(r"  [a-z]", line) and "Options" in sections:
            section.append(line.split()[0])
    students, models, *others = list(sections)[1:]
    assert students == "Students, exercises (`grade` grades them)"
    assert {"list", "next", "show", "hint", "hand-in"} <= set(sections[students])
    assert sections[models][:3] == ["train", "evaluate", "sample"]
    assert others[:3] == [
        "Everyone, this installation",
        "Authors of exercises",
        "Instructors of a class",
    ]
    assert {"doctor", "plugins"} <= set(sections[others[0]])
    assert sections["Instructors of a class"] == ["class"]


def commands_below(command, path, parent=None):
    """Each group and command of the tree with its context."""
    context = command.make_context(path[-1], [], parent=parent, resilient_parsing=True)
    yield " ".join(path), command, context
    if isinstance(command, LazyGroup):
        for name in command.list_commands(context):
            yield from commands_below(command.get_command(context, name), (*path, name), context)


def every_command():
    for name, program in (("grade", grade), ("gradus", app)):
        yield from commands_below(typer.main.get_command(program), (name,))


def test_arguments_are_named_in_capitals_without_brackets():
    """The usage puts brackets and dots around them."""
    commands = {path: command for path, command, _ in every_command()}
    assert {"grade", "gradus list", "gradus class grade", "gradus kit build"} <= commands.keys()
    wrong = {
        (path, param.name): param.metavar
        for path, command in commands.items()
        for param in command.params
        if isinstance(param, TyperArgument)
        and not re.fullmatch(r"[A-Z0-9]+([|/][A-Z0-9]+)*", param.metavar or "")
    }
    assert wrong == {}


def test_every_help_page_has_one_form_and_fits_a_terminal():
    for path, _, context in every_command():
        page = context.get_help()
        assert page.startswith(f"Usage: {path} [OPTIONS]"), path
        assert re.search(r"^  -h, --help  +Show this message and exit\.$", page, re.M), path
        assert max(map(len, page.splitlines())) <= 80, path
        assert "..." not in page.partition("Commands:")[2], "a line about a command is cut"


def test_an_option_of_several_commands_is_declared_once():
    """One name and one type of value have one help text, but where a command means its own."""
    shared = ("course", "plugin", "block", "device", "jobs")
    texts = {name: set() for name in shared}
    for path, command, _ in every_command():
        for param in command.params:
            if param.name in shared and not path.startswith("gradus new"):
                texts[param.name].add(param.help)
    assert {name: len(text) for name, text in texts.items()} == dict.fromkeys(shared, 1)


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
@pytest.mark.parametrize("is_before", [True, False])
def test_a_plugin_given_as_option_brings_its_commands(write, run, form, is_before):
    option = [word.format(write("lions", ROAR.format(name="roar"))) for word in form]
    words = [*option, "roar"] if is_before else ["roar", *option]
    code, out, err = run(*words)
    assert (code, out) == (0, "a lion\n") if is_before else "No such option: --plugin" in err
    assert "\n  roar\n" in run(*option, "--help")[1]
    assert "No such command 'roar'" in run(*words, "--block", "lions")[2]
    assert "No such command 'roar'" in run("roar", "--", *option)[2]


def test_an_installed_plugin_brings_its_commands_and_blocking_takes_them_away(install, run):
    install("lions", ROAR.format(name="roar"))
    assert run("roar") == (0, "a lion\n", "")
    code, _, err = run("roar", "--block", "lions")
    assert code == 2
    assert "No such command 'roar'" in err
    assert "No such command 'lst'. Did you mean 'list'" in run("lst")[2]


GROUP = """
import typer

@hookimpl
def add_commands(app):
    app.add_typer(typer.Typer(), name="train")
"""


@pytest.mark.parametrize(
    ("source", "name", "owner"),
    [
        (ROAR.format(name="train"), "train", "gradus itself"),
        (ROAR.format(name="hint"), "hint", "autograder"),
        (GROUP, "train", "gradus itself"),
    ],
)
def test_a_command_has_one_owner(install, run, source, name, owner):
    install("lions", source)
    words = rf"plugin lions \(gradus-lions 1.0\) adds the command '{name}', but so does .*{owner}"
    for arguments in (["--help"], ["no-such-command"]):
        code, out, err = run(*arguments)
        assert (code, out) == (ConflictError.exit_code, "")
        assert re.search(words, err)


def test_a_known_command_needs_no_plugin(install, run):
    install("lions", "@hookimpl\ndef add_commands(app):\n    1 / 0")
    assert run("show", "activations")[0] == 0
    assert run("--help")[0] == run("roar")[0] == 3


def test_the_list_of_commands_shows_the_first_sentence_of_each_help():
    group = typer.main.get_command(app)
    shown = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    for name in group.lazy_subcommands:
        text = group.get_command(None, name).help
        assert f"{name} {' '.join(text.partition(chr(10) * 2)[0].split())}" in shown


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
        "gradus: no plugin 'torch_backen': did you mean 'torch_backend' or 'jax_backend'? "
        "`gradus plugins` shows all\n"
    )


def test_a_full_disk_is_an_error_without_a_traceback(write, run):
    full = ROAR.format(name="roar").replace(
        'print("a lion")', "raise OSError(28, 'No space left on device', 'hints.part')"
    )
    code, _, err = run("--plugin", write("lions", full), "roar")
    assert code == 2
    assert err.startswith("gradus: hints.part cannot be used: No space left on device. Check")


def test_an_output_without_a_character_shows_a_question_mark(write, run, monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, "ascii", write_through=True))
    text = ROAR.format(name="roar").replace("a lion", "∂J/∂h")
    assert run("--plugin", write("lions", text), "roar")[0] == 0
    assert buffer.getvalue() == b"?J/?h\n"


def test_an_interrupted_command_says_how_to_start_again(write, run):
    waits = ROAR.format(name="roar").replace('print("a lion")', "raise KeyboardInterrupt")
    path = write("two lions", waits)
    assert run("--plugin", path, "roar") == (
        130,
        "",
        f"gradus: interrupted before the end; to start again: gradus --plugin '{path}' roar\n",
    )
