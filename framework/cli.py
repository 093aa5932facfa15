"""`gradus`: the root command; commands come from a table or from the hook `add_commands`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import typer

from framework.commands.groups import LazyGroup, commands_of_plugins, new_app, values_of
from framework.commands.options import BlockOption, CourseOption, PluginOption, Verbose, Version
from framework.commands.output import disk_error, replace_unknown_characters, write_error
from framework.errors import GradusError, StoppedError
from framework.importing import load_target
from framework.processes.termination import cleaning_up
from framework.providers.plugin_sources import BUILT_IN

_HERE = "framework.commands"

#: The framework's commands: name -> where its function or its group is.
COMMANDS = {
    "train": f"{_HERE}.train.command:train",
    "evaluate": f"{_HERE}.evaluate:evaluate",
    "sample": f"{_HERE}.sample:sample",
    "complete": f"{_HERE}.complete:complete",
    "corpora": f"{_HERE}.corpora:corpora",
    "plugins": f"{_HERE}.plugins:plugins",
}

#: Built-in plugins whose commands are known without loading plugins: name -> those commands.
BUILT_IN_COMMANDS: dict[str, dict[str, str]] = {
    name: load_target(f"{BUILT_IN[name]}:COMMANDS")
    for name in ("autograder", "doctor", "lectures", "authoring", "classes")
}
#: What an installation offers.
_INSTALLATION = ("corpora", "plugins", *BUILT_IN_COMMANDS["doctor"])
#: The sections of the list of commands by who uses them, in order -> the commands in them. A
#: command in several sections stands in the last one.
_SECTIONS = {
    "Students, exercises (`grade` grades them)": [*BUILT_IN_COMMANDS["autograder"]],
    "Students, models and words": [*COMMANDS, *BUILT_IN_COMMANDS["lectures"]],
    "Authors of exercises": [*BUILT_IN_COMMANDS["authoring"]],
    "Instructors of a class": [*BUILT_IN_COMMANDS["classes"]],
    "Everyone, this installation": _INSTALLATION,
}


def _commands(blocked: Sequence[str] = ()) -> dict[str, str]:
    """Return all commands of gradus but those of the `blocked` plugins."""
    offered = (own for name, own in BUILT_IN_COMMANDS.items() if name not in blocked)
    return {name: target for own in (COMMANDS, *offered) for name, target in own.items()}


class Root(LazyGroup):
    """The root group: loads plugins only to list all commands, or for an unknown command."""

    lazy_subcommands = _commands()
    sections: ClassVar[Mapping[str, str]] = {
        name: section for section, commands in _SECTIONS.items() for name in commands
    }
    _words: Sequence[str] = ()
    _has_all = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the command; plugins may be given after it, too."""
        self._words = tuple(args)
        self.lazy_subcommands = _commands(values_of("--block", args))  # type: ignore[misc]
        others = super().parse_args(ctx, args)
        self._choose_course(ctx)
        return others

    def invoke(self, ctx: Any) -> Any:
        """Carry out the command.

        Raises:
            StoppedError: Ctrl-C or SIGTERM interrupts it, and it has no summary of its own.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            again = shlex.join(["gradus", *self._words])
            raise StoppedError(f"interrupted before the end; to start again: {again}") from None

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, those of plugins at the end."""
        self._choose_course(ctx)
        self._add_commands_of_plugins()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of this name, or None."""
        if cmd_name not in self.lazy_subcommands:
            self._add_commands_of_plugins()
        return super().get_command(ctx, cmd_name)

    def _plugins(self) -> tuple[list[str], list[str]]:
        """Return which plugins are given, and which are blocked."""
        return values_of("--plugin", self._words), values_of("--block", self._words)

    def _choose_course(self, ctx: Any) -> None:
        """Choose the course that is given.

        Raises:
            UnknownNameError: there is no such course.
        """
        if ctx.params.get("course") is not None:
            from framework.course.catalogue import Catalogue
            from framework.course.folder import choose_course_folder
            from framework.providers.installed_courses import named_course_folder

            root = named_course_folder(ctx.params["course"], *self._plugins())
            choose_course_folder(Catalogue.read(root).root.resolve())

    def _add_commands_of_plugins(self) -> None:
        """Load the plugins once, and add their commands.

        Raises:
            ConflictError: two of them, or one and gradus, offer one command.
        """
        if self._has_all:
            return
        self._has_all = True
        from framework.commands.setup import load_plugins

        plugins = load_plugins(*self._plugins())
        for name, (_, command) in commands_of_plugins(plugins, own=COMMANDS).items():
            if name not in self.lazy_subcommands:
                self.add_command(command, name)


app = new_app(cls=Root, no_args_is_help=True)


@app.callback()
def _root(
    version: Version = False,
    verbose: Verbose = False,
    plugin: PluginOption = None,
    course: CourseOption = None,
    block: BlockOption = None,
) -> None:
    """Build the neural NLP of CS224n piece by piece, and use every piece you build.

    Start with `gradus next`, read the exercise with `gradus show activations`, fill in its file
    under exercises/, and run `grade activations`.
    """


def _exit_code() -> int:
    """Run the command line, and return its exit code; errors are written."""
    try:
        typer.main.get_command(app)(prog_name="gradus")
        return 0
    except GradusError as error:
        failure = error
    except (OSError, RuntimeError) as error:
        from framework.providers.device_errors import device_error

        explained = device_error(error) or disk_error(error)
        if explained is None:
            raise
        failure = explained
    write_error(f"gradus: {failure}")
    return failure.exit_code


def main() -> None:
    """Run the command line."""
    replace_unknown_characters()
    with cleaning_up():
        sys.exit(_exit_code())
