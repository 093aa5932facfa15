"""The built-in plugin of the lectures: corpora, `gradus compare`, `gradus experiment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    import typer

    from framework.data.corpus_entry import CorpusEntry

#: The commands of this plugin: name -> where its function is.
COMMANDS = {
    "compare": "plugins.lectures.commands.compare:compare",
    "experiment": "plugins.lectures.commands.experiment:experiment",
}


@hookimpl
def register_corpora() -> Iterable[CorpusEntry]:
    """Return the generated and the published corpora."""
    from plugins.lectures.corpora import CORPORA

    return CORPORA


@hookimpl
def add_commands(app: typer.Typer) -> None:
    """Add `gradus compare` and `gradus experiment`."""
    from framework.commands.groups import add_commands

    add_commands(app, COMMANDS)
