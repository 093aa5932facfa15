"""The rule of starting: no command imports or reads what it does not need."""

from __future__ import annotations

import json

import pytest
from programs import completed_python
from repository import ROOT, text_of

#: Packages that take long to import; `framework.providers.loaded_plugins` stands for loading a
#: plugin. typer, which converts values by pydantic, is what both commands are made of.
SLOW = {
    *("numpy", "torch", "pytest", "nbformat", "jinja2", "psutil", "tomlkit"),
    *("safetensors", "msgpack", "multiprocessing", "concurrent.futures", "rich"),
    "framework.providers.loaded_plugins",
}

#: Counts the exercises that are read, and prints what was imported, whatever the command does.
WATCHED = text_of("texts/start/watched.txt")

EVERY = 43  # or more: the whole course


#: Shows several help pages, one after the other.
HELP_PAGES = """
import typer
from framework.cli import app
for name in sys.argv[1:]:
    typer.main.get_command(app).main([name, "--help"], standalone_mode=False)
"""
PAGES = (
    *("list", "hint", "reset", "notebook", "audit", "calibrate", "compare", "evaluate", "sample"),
    *("complete", "neighbors", "analogy", "plot-words", "translate", "attention", "doctor"),
)


def started(command, *arguments, code=WATCHED):
    """The slow packages that a command imported, and how many exercises it read."""
    module = {"gradus": "framework.cli", "grade": "autograder.cli"}[command]
    done = completed_python(
        "-c",
        code.replace("{module}", module),
        json.dumps(sorted(SLOW)),
        command,
        *arguments,
        cwd=ROOT,
    )
    imported, read = json.loads(done.stderr.splitlines()[-1])
    return set(imported), read


NOTHING: set[str] = set()
RICH, PLUGINS = {"rich"}, {"framework.providers.loaded_plugins"}
#: A kind of run is a class of a plugin; its command is made of the options of the class.
KIND = PLUGINS | {"numpy", "safetensors"}


@pytest.mark.parametrize(
    ("arguments", "needed", "exercises"),
    [
        (["--help"], RICH | PLUGINS, 0),
        (["--version"], NOTHING, 0),
        (["no-such-command"], RICH | PLUGINS, 0),
        (["list"], RICH, EVERY),
        (["list", "lstm"], RICH, 1),
        (["show", "lstm"], RICH, 1),
        (["stubs", "--check"], NOTHING, EVERY),
        (["new", "plugin", "--help"], PLUGINS, 0),
        (["train", "--help"], NOTHING, EVERY),
        (["train", "tagger:window_tagger", "--help"], KIND, EVERY),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_gradus_imports_and_reads_what_a_command_needs(arguments, needed, exercises):
    imported, read = started("gradus", *arguments)
    assert imported <= needed
    assert read <= 1 if exercises <= 1 else read >= exercises


def test_help_pages_import_and_read_nothing():
    code = WATCHED.replace("from {module} import main\nmain()", HELP_PAGES)
    assert started("gradus", *PAGES, code=code) == (NOTHING, 0)


@pytest.mark.parametrize(
    ("arguments", "unused", "exercises"),
    [
        (["--help"], SLOW, 0),
        (["no-such-exercise"], SLOW - {"framework.providers.loaded_plugins"}, 0),
        ([], SLOW - {"rich", "framework.providers.loaded_plugins"}, EVERY),
        (
            ["activations", "--submission", "solutions"],
            SLOW - {"rich", "framework.providers.loaded_plugins", "numpy", "pytest", "msgpack"},
            1,
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_grade_imports_and_reads_what_it_needs(arguments, unused, exercises):
    imported, read = started("grade", *arguments)
    assert not imported & unused
    assert read <= 1 if exercises <= 1 else read >= exercises
