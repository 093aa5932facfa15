"""`gradus new`: the beginnings of things that others add to gradus."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from framework.errors import BadInputError, ConflictError
from framework.plugins import RESERVED
from framework.registry import snake_case

new = typer.Typer(help="Write the beginnings of a plugin.", no_args_is_help=True)

TEMPLATES = Path(__file__).parent / "templates" / "plugin"

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


@new.callback()
def main() -> None:
    """Write the beginnings of a plugin."""


@new.command()
def plugin(
    name: Annotated[str, typer.Argument(help="Of the plugin and of its provider, as in week3.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to. Default: ./NAME.")
    ] = None,
) -> None:
    """Write a small installable plugin with an optimizer and a test of it.

    Install it with `pip install -e NAME`, or try it with `--plugin NAME`.
    """
    folder = out or Path(name)
    for path in write_plugin(name, folder):
        typer.echo(f"wrote {path}")
    typer.echo(
        f"\nTry it:\n"
        f"  gradus plugins --plugin {folder}\n"
        f"  grade optimizers --provider {name} --plugin {folder}\n"
        f"  gradus train rnn_lm --optimizer momentum@{name} --plugin {folder}\n"
        f"Install it, and leave --plugin away:\n"
        f"  pip install -e {folder} && pytest {folder}"
    )


def write_plugin(name: str, folder: Path) -> list[Path]:
    """Write the files of plugin `name` into the new folder `folder`; returns their paths.

    Raises:
        BadInputError: `name` cannot be the name of a plugin.
        ConflictError: `folder` exists, or `name` belongs to a built-in provider.
    """
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"'{name}' cannot name a plugin: lower-case letters, digits, - and _, as in week3"
        )
    if name in RESERVED:
        raise ConflictError(f"the provider '{name}' is built in: choose another name")
    if folder.exists():
        raise ConflictError(f"{folder} exists: choose another folder with `--out DIR`")
    module = snake_case(name).replace("-", "_")
    written = []
    for template in sorted(path for path in TEMPLATES.rglob("*") if path.suffix == ".txt"):
        inner = str(template.relative_to(TEMPLATES)).removesuffix(".txt")
        target = folder / inner.replace("MODULE", module)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = Template(template.read_text("utf-8")).substitute(name=name, module=module)
        target.write_text(text, "utf-8")
        written.append(target)
    return written
