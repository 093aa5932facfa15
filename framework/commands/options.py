"""The arguments and options that several commands have, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from framework import version_line
from framework.log import show_log

if TYPE_CHECKING:
    from framework.providers.backends import Backend
    from framework.providers.loaded_plugins import Plugins
    from framework.training.checkpoints import Checkpoint


def _end_with_version(context: typer.Context, is_asked: bool) -> None:
    if is_asked:
        typer.echo(version_line(context.info_name or ""))
        raise typer.Exit


def _begin_log(is_asked: bool) -> None:
    if is_asked:
        show_log()


def _seed(text: str | int) -> int:
    if text == "secret":
        import secrets  # not needed otherwise

        return secrets.randbelow(1 << 62)
    if not str(text).isdecimal():
        raise typer.BadParameter(f"{text!r} is not 0, 1, 2, ... or secret")
    return int(text)


Version = Annotated[
    bool,
    typer.Option("--version", help="Show the version.", callback=_end_with_version, is_eager=True),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "-v",
        "--verbose",
        help="Log plugins, choices and processes to standard error.",
        callback=_begin_log,
    ),
]

#: The heading of these options in the help of a command.
COURSE_PANEL = "Course and plugins"

# The course and its plugins. They are eager: `--help` after them shows what they bring.
CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR|NAME",
        help="Folder of the course, or name of an installed one; `gradus plugins` lists them. "
        "Default: the course of the working directory.",
        is_eager=True,
        rich_help_panel=COURSE_PANEL,
    ),
]
PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="PLUGIN",
        help="Also load this plugin: a module or a path. Repeatable.",
        is_eager=True,
        rich_help_panel=COURSE_PANEL,
    ),
]
BlockOption = Annotated[
    list[str] | None,
    typer.Option(
        "--block",
        metavar="NAME",
        help="Do not load the plugin of this name. Repeatable.",
        is_eager=True,
        rich_help_panel=COURSE_PANEL,
    ),
]

# What computes, and whose parts: the same in all commands.
_BACKEND = "Backend, the array library that computes: numpy, torch, jax or a plugin's."
_PROVIDER = "Provider, whose parts compute: student (your own code), a backend's or a plugin's."
BackendName = Annotated[str, typer.Option("--backend", help=_BACKEND)]
ProviderName = Annotated[
    str,
    typer.Option(
        "--provider",
        help=f"{_PROVIDER} The backend has all other parts. Default: the backend's own parts; in "
        "a student kit, student.",
        show_default=False,
    ),
]
_AS_TRAINED = "Default: as in the training."
CheckpointBackend = Annotated[
    str | None, typer.Option("--backend", help=f"{_BACKEND} {_AS_TRAINED}")
]
CheckpointProvider = Annotated[
    str | None, typer.Option("--provider", help=f"{_PROVIDER} {_AS_TRAINED}")
]
GradedProvider = Annotated[str, typer.Option("--provider", help=_PROVIDER)]
Device = Annotated[Literal["cpu", "cuda"], typer.Option(help="Device of the torch backend.")]
Submission = Annotated[
    Path | None,
    typer.Option(
        help="Folder with the student's exercises, for --provider student. Default: exercises, "
        "here or in the course."
    ),
]
GradedSubmission = Annotated[
    Path | None,
    typer.Option(
        "--submission",
        metavar="PATH",
        help="Folder, .py, .ipynb, .zip or .tar.gz. Default: the course's own exercises.",
    ),
]

# How code is graded.
Sandbox = Annotated[
    str,
    typer.Option(
        help="Sandbox: auto, bubblewrap (fails if it is missing), process, fork (many "
        "submissions), or a plugin's.",
    ),
]
AllowWeaker = Annotated[
    bool,
    typer.Option(
        "--allow-weaker",
        help="Let `--sandbox fork` start where this system cannot contain everything.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        metavar="N|secret",
        parser=_seed,
        help="Seed of all random inputs; secret draws a new one. Default: 0, or that of a kit.",
    ),
]
SecretSeed = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, help="Secret number from which seeds are drawn. Default: a new one."
    ),
]
Jobs = Annotated[
    int, typer.Option(min=0, help="Number of parallel processes; 0: one per processor.")
]

# Exercises.
OwnExercise = Annotated[
    str,
    typer.Argument(
        metavar="EXERCISE",
        help="An exercise; `gradus list` shows all. Default: that of the working directory.",
        show_default=False,
    ),
]
ExerciseArgument = Annotated[
    str, typer.Argument(metavar="EXERCISE", help="An exercise; `gradus list` shows all.")
]
ExercisesOrUnits = Annotated[
    list[str] | None,
    typer.Argument(metavar="EXERCISE|UNIT", help="Exercises or units. Default: all."),
]

# Files.
CheckpointFile = Annotated[
    Path, typer.Argument(metavar="CHECKPOINT", help="A checkpoint, written by `gradus train`.")
]
NumbersFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Save all numbers in FILE.")
]


@dataclass(frozen=True, kw_only=True)
class CheckpointSetup:
    """The backend for a checkpoint, and the plugins: options of a command, see `with_options`."""

    backend: CheckpointBackend = None
    provider: CheckpointProvider = None
    device: Device = "cpu"
    submission: Submission = None
    plugin: PluginOption = None
    block: BlockOption = None

    @cached_property
    def plugins(self) -> Plugins:
        """All plugins of the command."""
        from framework.commands.setup import load_plugins

        return load_plugins(self.plugin, self.block)

    def chosen_backend(self, saved: Checkpoint | None = None) -> Backend:
        """Return the backend that is asked for; without any, that of the training of `saved`.

        Raises:
            UnknownNameError, UsageError: see `framework.commands.setup.choose_backend`.
        """
        from framework.commands.setup import choose_backend
        from framework.providers.backends import REFERENCE

        name, provider = self.backend, self.provider
        if name is provider is None and saved is not None:
            name, provider = saved.backend, saved.provider
        return choose_backend(
            self.plugins,
            name or REFERENCE,
            provider or "",
            submission=self.submission,
            device=self.device,
        )


def with_options(function: Callable[..., None]) -> Callable[..., None]:
    """Return the command `function` with an option for each field of its argument `chosen`.

    That argument is annotated with a dataclass, which several commands share.
    """
    own = dict(signature(function, eval_str=True).parameters)
    options = own.pop("chosen").annotation
    shared = signature(options, eval_str=True).parameters
    parameters = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in (*own.values(), *shared.values())
    ]

    def command(**values: Any) -> None:
        chosen = options(**{name: values.pop(name) for name in shared})
        function(chosen=chosen, **values)

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    vars(command)["__signature__"] = Signature(parameters)
    return command
