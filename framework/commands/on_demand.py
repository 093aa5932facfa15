"""Commands whose modules are imported when the command is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand

from framework.commands.quick_values import QuickCommand, QuickGroup
from framework.importing import load_target


class OnDemand(TyperCommand):
    """A placeholder for a command until it is called.

    Attributes:
        target: ``module:attribute`` of the command's function, or of the `typer.Typer` of a group.
    """

    target: ClassVar[str]

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **named: Any) -> Any:
        """Import the command, and return its context."""
        found = load_target(self.target)
        app = new_app()
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=self.name)
        else:
            app.command(self.name, cls=QuickCommand)(found)
        command = typer.main.get_group(app).commands[self.name or ""]
        return command.make_context(info_name, args, *rest, **named)


def new_app(**options: Any) -> typer.Typer:
    """Return an application without commands, whose help is plain text."""
    options.setdefault("cls", QuickGroup)
    return typer.Typer(add_completion=False, rich_markup_mode=None, **options)


def add_commands_on_demand(app: typer.Typer, commands: Mapping[str, tuple[str, str]]) -> None:
    """Add `commands` to `app` without importing them.

    Args:
        app: the application.
        commands: name -> (``module:attribute``, its line in the list of commands).
    """
    for name, (target, summary) in commands.items():
        cls = type("OnDemandCommand", (OnDemand,), {"target": target})
        app.command(name, cls=cls, help=summary, add_help_option=False)(_not_imported)


def _not_imported() -> None:
    """Replace a function that has not been imported."""


def values_of(option: str, arguments: Sequence[str]) -> list[str]:
    """Return the values of `option`, from ``--option VALUE`` or ``--option=VALUE``."""
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    apart = [value for word, value in pairwise(words) if word == option]
    joined = [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]
    return apart + joined
