"""`gradus`: the root command; commands come from a table or from the hook `add_commands`."""

from __future__ import annotations

import gc
import importlib
import shlex
import sys
from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn

import typer

from framework.commands.on_demand import add_commands_on_demand, new_app, values_of
from framework.commands.quick_values import QuickGroup
from framework.commands.working_line import working_line
from framework.errors import GradusError, StoppedError
from framework.processes.termination import cleaning_up
from framework.startup.terminal import write_error

HELP = """Build the neural NLP of CS224n piece by piece, and use every piece you build.

Start with `gradus list`, read an exercise with `gradus show activations`, fill in its file under
exercises/, and run `grade activations`."""

_HERE = "framework.commands"

#: The framework's commands: name -> its target, and the first sentence of its help.
COMMANDS = {
    "compare": (
        f"{_HERE}.compare.command:compare",
        "Train families of text classifiers in the same way, and check the lecture's claims.",
    ),
    "experiment": (
        f"{_HERE}.experiment.command:experiment",
        "Measure a claim of the lectures that no grade can hold: seconds, or one that needs luck.",
    ),
    "evaluate": (
        f"{_HERE}.evaluate:evaluate",
        "Measure a trained model: perplexity, accuracy or word similarity.",
    ),
    "sample": (
        f"{_HERE}.sample:sample",
        "Generate text with a checkpoint, one sentence per line.",
    ),
    "neighbors": (
        f"{_HERE}.neighbors:neighbors",
        "Show the words nearest to WORD, with their cosines.",
    ),
    "analogy": (
        f"{_HERE}.neighbors:analogy",
        "Show the words D for which A is to B as C is to D.",
    ),
    "plot-words": (
        f"{_HERE}.neighbors:plot_words",
        "Draw the vectors of WORDS in the plane of their two principal components.",
    ),
    "corpora": (
        f"{_HERE}.corpora:corpora",
        "List every corpus: its kind, the best possible score, files, licence and owner.",
    ),
    "plugins": (
        f"{_HERE}.plugins:plugins",
        "List what the course and every plugin offer, with their sources.",
    ),
    "train": (
        f"{_HERE}.train.group:train",
        "Train a model and save a checkpoint after every epoch.",
    ),
    "new": (
        f"{_HERE}.new.group:new",
        "Write the first files of a course, an exercise or a plugin.",
    ),
}

#: The built-in plugin that has commands, by name, and its module.
_WITH_COMMANDS = ("autograder", "autograder.plugin")


class Root(QuickGroup):
    """The root group: loads plugins only to list all commands, or for an unknown command.

    Attributes:
        arguments: the command line; its ``--plugin`` and ``--block`` select the plugins.
    """

    arguments: ClassVar[Sequence[str]] = ()
    _has_all = False

    def invoke(self, ctx: Any) -> Any:
        """Carry out the command.

        Raises:
            StoppedError: Ctrl-C or SIGTERM interrupts it, and it has no summary of its own.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            again = shlex.join(["gradus", *self.arguments])
            raise StoppedError(f"interrupted before the end; to start again: {again}") from None

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, those of plugins at the end."""
        self._add_commands_of_plugins()
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of this name, or None."""
        if cmd_name not in self.commands:
            self._add_commands_of_plugins()
        return self.commands.get(cmd_name)

    def _add_commands_of_plugins(self) -> None:
        """Load the plugins once, and add their commands.

        Raises:
            ConflictError: two of them, or one and gradus, offer one command.
        """
        if self._has_all:
            return
        self._has_all = True
        from framework.commands.setup import load_plugins
        from framework.providers.plugin_commands import add_plugin_commands

        plugins = load_plugins(
            values_of("--plugin", self.arguments), values_of("--block", self.arguments)
        )
        app = new_app()
        add_plugin_commands(app, plugins, own=COMMANDS)
        for name, command in typer.main.get_group(app).commands.items():
            self.commands.setdefault(name, command)


def build_app(arguments: Sequence[str] = ()) -> typer.Typer:
    """Return the application with the commands of gradus, and those of plugins if needed.

    Args:
        arguments: the command line.
    """
    from framework.commands.root_options import root_options

    root = type("GradusRoot", (Root,), {"arguments": tuple(arguments)})
    app = new_app(cls=root, no_args_is_help=True)
    app.callback(help=HELP)(root_options)
    plugin, module = _WITH_COMMANDS
    if plugin not in values_of("--block", arguments):
        importlib.import_module(module).add_commands(app)
    add_commands_on_demand(app, COMMANDS)
    return app


def _end(error: GradusError) -> NoReturn:
    """Write `error`, and end the process with its exit code."""
    write_error(f"gradus: {error}")
    sys.exit(error.exit_code)


def main() -> None:
    """Run the command line."""
    from framework.commands.root_options import prepare_process

    try:
        arguments = sys.argv[1:]
        prepare_process(arguments)
        with cleaning_up(), working_line(arguments):
            build_app(arguments)(arguments)
    except GradusError as error:
        _end(error)
    except RuntimeError as error:
        from framework.providers.device_errors import device_error

        found = device_error(error)
        if found is None:
            raise
        _end(found)
    finally:
        gc.freeze()  # or Python would search all that was imported for cycles once more
