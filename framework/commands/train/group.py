"""`gradus train NAME`: each kind of run is a command with its own options."""

from __future__ import annotations

from typing import Any

import typer

from framework.commands.on_demand import values_of
from framework.commands.quick_values import QuickGroup
from framework.commands.train.command import train_command
from framework.providers.plugins import Plugins
from framework.training.kinds import task_class
from framework.training.recipes import exercise_recipes, run_of

HELP = """Train a model and save a checkpoint after every epoch.

COMMAND is an exercise (rnn_lm, bag_of_vectors) or a model (recurrent_lm, skip_gram): `gradus train
rnn_lm --help` shows the options of its kind. Other models are trained as KIND:MODEL,
where KIND is language_model, tagger, text_classifier, pairs, conditions, word_vectors, or a kind
that a plugin offers."""


#: Where the context of the command line keeps its plugins.
_PLUGINS = "gradus.plugins"


class CommandByKind(QuickGroup):
    """The group of commands: a name selects the kind of run of its recipe."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the exercises that can be trained."""
        return [name for name, _ in exercise_recipes()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command for `cmd_name`, an exercise or a model.

        An unknown name also gets a command, which looks for the models of plugins.
        """
        task = task_class(run_of(cmd_name), _plugins(ctx).registry)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name)(train_command(task))
        return typer.main.get_command(app)


def _plugins(ctx: Any) -> Plugins:
    """The plugins that the command line asks for, loaded once; the command itself warns of them."""
    if _PLUGINS not in ctx.meta:
        arguments = getattr(ctx.find_root().command, "arguments", ())
        blocked = values_of("--block", arguments)
        ctx.meta[_PLUGINS] = Plugins(values_of("--plugin", arguments), blocked=blocked)
    found: Plugins = ctx.meta[_PLUGINS]
    return found


train = typer.Typer(name="train", cls=CommandByKind, help=HELP, no_args_is_help=True)
