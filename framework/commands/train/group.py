"""`gradus train NAME`: each kind of run is a command with its own options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from framework.commands.on_demand import values_of
from framework.commands.quick_values import QuickGroup
from framework.commands.train.command import train_command
from framework.training.kinds import BUILT_IN, RunKind, task_class
from framework.training.recipes import exercise_recipes, run_of

if TYPE_CHECKING:
    from framework.providers.plugins import Plugins

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
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name)(train_command(_kind_of(cmd_name, ctx)))
        return typer.main.get_command(app)


def _kind_of(name: str, ctx: Any) -> RunKind:
    """Return the kind of run of an exercise or a model; only an unknown kind loads the plugins."""
    kind = run_of(name)
    if kind in BUILT_IN:
        return BUILT_IN[kind]
    task = task_class(kind, _plugins(ctx).registry)
    return RunKind(kind, "", task.options, task.help)


def _plugins(ctx: Any) -> Plugins:
    """Load the plugins that the command line asks for, once; the command itself warns of them."""
    if _PLUGINS not in ctx.meta:
        from framework.providers.plugins import Plugins

        arguments = getattr(ctx.find_root().command, "arguments", ())
        blocked = values_of("--block", arguments)
        ctx.meta[_PLUGINS] = Plugins(values_of("--plugin", arguments), blocked=blocked)
    found: Plugins = ctx.meta[_PLUGINS]
    return found


train = typer.Typer(name="train", cls=CommandByKind, help=HELP, no_args_is_help=True)
