"""`gradus train NAME`: each kind of model is trained by a command with options of its own."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from framework.errors import UsageError
from framework.importing import load_target
from framework.training.recipes import exercise_recipes, run_of

#: Kind of run, as ``run`` of the table ``[train]`` says it -> the command that does it.
COMMANDS = {
    "language_model": "framework.commands.train_language_model:train_language_model",
    "tagger": "framework.commands.train_tagger:train_tagger",
    "text_classifier": "framework.commands.train_text_classifier:train_text_classifier",
    "word_vectors": "framework.commands.train_word_vectors:train_word_vectors",
}

HELP = """Train a model and save a checkpoint after every epoch.

COMMAND is an exercise (rnn_lm, bag_of_vectors) or a model (recurrent_lm, skip_gram): `gradus train
rnn_lm --help` shows the options of its kind."""


class ByKind(TyperGroup):
    """Finds the command for a name: the one of the kind of run that its recipe says."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The exercises that can be trained."""
        return [name for name, _ in exercise_recipes()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command for `cmd_name`, an exercise or a model.

        An unknown name gets a command, too: it is the one to know which models plugins offer.
        """
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name)(load_target(COMMANDS[_checked(run_of(cmd_name))]))
        return typer.main.get_command(app)


def _checked(run: str) -> str:
    if run not in COMMANDS:
        raise UsageError(f"no kind of run '{run}' in a table [train]: use {', '.join(COMMANDS)}")
    return run


train = typer.Typer(name="train", cls=ByKind, help=HELP, no_args_is_help=True)
