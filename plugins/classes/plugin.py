"""The built-in plugin of classes: `gradus class`, gradebooks, and the comparison of code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import typer

    from plugins.classes.similarity.code_pairs import CodeComparison

#: The commands of this plugin: name -> where its group is.
COMMANDS = {"class": "plugins.classes.commands.app:classes"}


@hookimpl
def register_gradebooks() -> dict[str, str]:
    """Return the gradebooks of learning systems that can be filled."""
    from plugins.classes.gradebooks import GRADEBOOKS

    return dict(GRADEBOOKS)


@hookimpl(trylast=True)
def similar_pairs(comparison: CodeComparison) -> Iterable[tuple[str, str, float]]:
    """Compare token sequences of the code of a task."""
    from plugins.classes.similarity.code_pairs import similar_pairs as compare

    return compare(comparison)


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add `gradus class`."""
    from framework.commands.groups import add_commands

    add_commands(app, COMMANDS)
