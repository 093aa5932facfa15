"""`gradus new`: writes the first files of a plugin."""

from __future__ import annotations

import importlib.util
import re
import shlex
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from framework.commands.quick_values import QuickCommand, QuickGroup
from framework.errors import BadInputError, ConflictError
from framework.providers.plugin_sources import BUILT_IN
from framework.providers.plugins import RESERVED

new = typer.Typer(
    name="new", cls=QuickGroup, help="Write the first files of a plugin.", no_args_is_help=True
)

TEMPLATES = Path(__file__).parent / "templates" / "plugin"

#: Folders of a plugin that are not its package.
_WRITTEN = ("tests",)

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


@new.callback()
def main() -> None:
    """Write the first files of a plugin."""


@new.command(cls=QuickCommand)
def plugin(
    name: Annotated[
        str, typer.Argument(help="Name of the plugin and of its provider, for example week3.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder to write. Default: ./NAME.")
    ] = None,
) -> None:
    """Write a small installable plugin with an optimizer and its test.

    Install it with `pip install -e NAME`, or use it without installation with `--plugin NAME`.
    """
    folder = out or Path(name)
    for path in write_plugin(name, folder):
        typer.echo(f"wrote {path}")
    # Without such a folder, a plain name would be read as a module.
    place = shlex.quote(folder.as_posix() if folder.is_absolute() else f"./{folder.as_posix()}")
    typer.echo(
        f"\nTry it:\n"
        f"  gradus plugins --plugin {place}\n"
        f"  grade optimizers --provider {name} --plugin {place}\n"
        f"  gradus train rnn_lm --optimizer nesterov@{name} --plugin {place}\n"
        f"Install it; then --plugin is not needed:\n"
        f"  pip install -e {place} && pytest {place}"
    )


def write_plugin(name: str, folder: Path) -> list[Path]:
    """Write the files of plugin `name` into the new folder `folder`, and return their paths.

    Raises:
        BadInputError: `name` cannot be the name of a plugin, or of its package.
        ConflictError: `folder` exists, or `name` is taken.
    """
    module = name.replace("-", "_")
    _check_name(name, module)
    if folder.exists() or folder.is_symlink():
        raise ConflictError(f"{folder} exists: choose another folder with `--out DIR`")
    written = []
    for template in sorted(TEMPLATES.rglob("*.txt")):
        inner = template.relative_to(TEMPLATES).as_posix().removesuffix(".txt")
        target = folder / inner.replace("MODULE", module)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = Template(template.read_text("utf-8")).substitute(name=name, module=module)
        target.write_text(text, "utf-8")
        written.append(target)
    return written


def _check_name(name: str, module: str) -> None:
    """Raise an error for a name that pip, Python or gradus cannot use."""
    if not _NAME.fullmatch(name) or iskeyword(module):
        raise BadInputError(
            f"'{name}' cannot name a plugin: expected lower-case letters and digits, with single - "
            "or _ between, and no word of Python's own, as in week3"
        )
    if name in RESERVED or name in BUILT_IN:
        raise ConflictError(f"'{name}' is built in: choose another name")
    if module in _WRITTEN or _is_installed(module):
        raise ConflictError(
            f"there is a package '{module}' already, which the plugin's would hide or be hidden "
            "by: choose another name"
        )


def _is_installed(module: str) -> bool:
    """Return whether `module` can be imported; a folder of that name does not count."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None
