"""The rule of starting: no command imports or reads what it does not need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from repository import ROOT

#: Packages that take long to import; `framework.providers.plugins` stands for loading a plugin.
SLOW = {
    *("numpy", "pydantic", "torch", "pytest", "nbformat", "jinja2", "psutil", "tomlkit"),
    *("safetensors", "msgpack", "multiprocessing", "concurrent.futures", "rich", "typer"),
    "framework.providers.plugins",
}

#: Counts the exercises that are read, and prints what was imported, whatever the command does.
WATCHED = """
import atexit, json, sys
from framework.course import catalogue
read = []
parsed = catalogue.read_table
catalogue.read_table = lambda file: read.append(file.name) or parsed(file)
slow, sys.argv = json.loads(sys.argv[1]), sys.argv[2:]
def tell():
    found = [name for name in slow if name in sys.modules]
    print(json.dumps([found, read.count("exercise.toml")]), file=sys.stderr)
atexit.register(tell)
from {module} import main
main()
"""

EVERY = 43  # or more: the whole course


def started(command, *arguments):
    """The slow packages that a command imported, and how many exercises it read."""
    module = {"gradus": "framework.cli", "grade": "autograder.cli"}[command]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED.replace("{module}", module), json.dumps(sorted(SLOW)),
         command, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    imported, read = json.loads(done.stderr.splitlines()[-1])
    return set(imported), read


PLUGINS = {"typer", "framework.providers.plugins"}
TYPER, RICH = {"typer"}, {"typer", "rich"}


@pytest.mark.parametrize(
    ("arguments", "needed", "exercises"),
    [
        (["--help"], PLUGINS, 0),
        (["--version"], TYPER, 0),
        (["no-such-command"], PLUGINS, 0),
        (["list"], RICH, EVERY),
        (["list", "lstm"], RICH, 1),
        (["list", "--help"], TYPER, 0),
        (["show", "lstm"], RICH, 1),
        (["hint", "lstm", "--all"], RICH, 1),
        (["hint", "--help"], TYPER, 0),
        (["reset", "--help"], TYPER, 0),
        (["stubs", "--check"], TYPER, EVERY),
        (["notebook", "--help"], TYPER, 0),
        (["audit", "--help"], TYPER, 0),
        (["calibrate", "--help"], TYPER, 0),
        (["new", "plugin", "--help"], PLUGINS, 0),
        (["compare", "--help"], TYPER, 0),
        (["evaluate", "--help"], TYPER, 0),
        (["sample", "--help"], TYPER, 0),
        (["neighbors", "--help"], TYPER, 0),
        (["analogy", "--help"], TYPER, 0),
        (["plot-words", "--help"], TYPER, 0),
        (["train", "--help"], TYPER, EVERY),
        (["train", "rnn_lm", "--help"], TYPER, 2),
        (["train", "tagger:window_tagger", "--help"], TYPER, 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_gradus_imports_and_reads_what_a_command_needs(arguments, needed, exercises):
    imported, read = started("gradus", *arguments)
    assert imported <= needed
    assert read <= 1 if exercises <= 1 else read >= exercises


@pytest.mark.parametrize(
    ("arguments", "unused", "exercises"),
    [
        (["--help"], SLOW, 0),
        (["no-such-exercise"], SLOW - {"framework.providers.plugins"}, 0),
        ([], SLOW - {"rich", "framework.providers.plugins"}, EVERY),
        (
            ["activations", "--submission", "solutions"],
            SLOW - {"rich", "framework.providers.plugins", "numpy", "pytest", "msgpack"},
            1,
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_grade_imports_and_reads_what_it_needs(arguments, unused, exercises):
    imported, read = started("grade", *arguments)
    assert not imported & unused
    assert read <= 1 if exercises <= 1 else read >= exercises
