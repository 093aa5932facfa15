"""Options of several commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from framework.training.option_fields import OptionField, option, option_fields


@dataclass(frozen=True, kw_only=True)
class SetupOptions:
    """The options for backend, device, submission and plugins, with their types for recipes."""

    backend: str = option("numpy", "See `BackendName`.")
    device: Literal["cpu", "cuda"] = option("cpu", "See `Device`.")
    submission: Path = option(Path("exercises"), "See `Submission`.")
    plugin: tuple[str, ...] = option((), "See `PluginOption`.")
    block: tuple[str, ...] = option((), "See `BlockOption`.")


def _setup_field(name: str) -> OptionField:
    return next(one for one in option_fields(SetupOptions) if one.name == name)


def _check_device(value: str) -> str:
    """Raise an error if the device is no choice, as `gradus train` does for its options."""
    checked: str = _setup_field("device").checked(value, "--device")
    return checked


BackendName = Annotated[
    str,
    typer.Option(
        "--backend",
        help="Backend: numpy, torch, student (your own code), or a plugin's provider.",
    ),
]
CheckpointBackend = Annotated[
    str | None,
    typer.Option("--backend", help="Backend. Default: the backend of the training."),
]
Device = Annotated[
    str,
    typer.Option(help="Device of the torch backend.", metavar="<cpu|cuda>", callback=_check_device),
]
Submission = Annotated[
    Path, typer.Option(help="Folder with the student's exercises, for --backend student.")
]
PluginOption = Annotated[
    list[str] | None,
    typer.Option("--plugin", help="Also load this plugin: a module or a path. Repeatable."),
]
BlockOption = Annotated[
    list[str] | None,
    typer.Option("--block", help="Do not load the plugin of this name. Repeatable."),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on after the last epoch of an interrupted run with the same options: the "
        "result is the same as without the interruption.",
    ),
]
CheckpointFile = Annotated[
    Path, typer.Argument(metavar="CHECKPOINT", help="A checkpoint, written by `gradus train`.")
]

#: The default output of `gradus train skip_gram`.
TRAINED_VECTORS = Path("checkpoints", "skip_gram.safetensors")

VectorFile = Annotated[
    Path,
    typer.Option(
        "--vectors",
        help="A checkpoint of `gradus train skip_gram`, or vectors in word2vec's text format.",
    ),
]
