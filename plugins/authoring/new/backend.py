"""`gradus new backend`: writes the first files of a backend."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framework.commands.output import say
from plugins.authoring.new.files import quoted
from plugins.authoring.new.plugin import write_plugin


def backend(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Name of the backend, as its library: for example jax."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write. Default: ./NAME.")
    ] = None,
) -> None:
    """Write a small installable backend with arrays, first layers and their test.

    It works at once, on NumPy's arrays: put those of your library in their place, in arrays.py.
    Install it with `pip install -e NAME`, or use it without installation with `--plugin NAME`.
    """
    folder = out or Path(name)
    for path in write_plugin(name, folder, "backend"):
        say(f"wrote {path}")
    plugin = f"--plugin {quoted(folder)}"
    say(
        f"\nTry it:\n"
        f"  gradus plugins {name} {plugin}\n"
        f"  grade neuron --provider {name} {plugin}\n"
        f"  gradus train window_classifier --backend {name} {plugin}\n"
        f"Install it; then --plugin is not needed:\n"
        f"  pip install -e {quoted(folder)} && pytest {quoted(folder)}"
    )
