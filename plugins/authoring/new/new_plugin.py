"""`gradus new plugin` and `gradus new backend`: write the first files of a plugin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framework.commands.output import say
from framework.errors import ConflictError
from framework.providers.loaded_plugins import RESERVED
from framework.providers.plugin_sources import BUILT_IN
from framework.providers.registry import EXTRAS
from plugins.authoring.new.files import new_package, quoted, write_files

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder to write. Default: ./NAME.")
]


def plugin(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Name of the plugin and of its provider, for example week3."
        ),
    ],
    out: OutOption = None,
) -> None:
    """Write a small installable plugin with an optimizer and its test.

    Install it with `pip install -e NAME`, or use it without installation with `--plugin NAME`.
    """
    _write(
        name,
        out or Path(name),
        "plugin",
        "gradus plugins",
        f"grade optimizers --provider {name}",
        f"gradus train rnn_lm --optimizer nesterov@{name}",
    )


def backend(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Name of the backend, as its library: for example jax."
        ),
    ],
    out: OutOption = None,
) -> None:
    """Write a small installable backend with arrays, first layers and their test.

    It works at once, on NumPy's arrays: put those of your library in their place, in arrays.py.
    Install it with `pip install -e NAME`, or use it without installation with `--plugin NAME`.
    """
    _write(
        name,
        out or Path(name),
        "backend",
        f"gradus plugins {name}",
        f"grade neuron --provider {name}",
        f"gradus train window_classifier --backend {name}",
    )


def _write(name: str, folder: Path, template: str, *commands: str) -> None:
    """Write a plugin, and print how to try it with `commands`."""
    for path in write_plugin(name, folder, template):
        say(f"wrote {path}")
    written = quoted(folder)
    say("\nTry it:")
    for command in commands:
        say(f"  {command} --plugin {written}")
    say("Install it; then --plugin is not needed:")
    say(f"  pip install -e {written} && pytest {written}")


def write_plugin(name: str, folder: Path, template: str = "plugin") -> list[Path]:
    """Write the files of plugin `name` into the new folder `folder`, and return their paths."""
    if name in (*RESERVED, *EXTRAS, *BUILT_IN):
        raise ConflictError(f"'{name}' is built in: choose another name")
    module = new_package(name, "plugin", folder)
    return write_files(folder, template, name=name, module=module)
