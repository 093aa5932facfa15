"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from framework.training.option_fields import OptionField, option, option_fields


@dataclass(frozen=True, kw_only=True)
class SetupOptions:
    """With what a command computes: the types of these options, for recipes."""

    backend: str = option("numpy", "See `BackendName`.")
    device: Literal["cpu", "cuda"] = option("cpu", "See `Device`.")
    submission: Path = option(Path("exercises"), "See `Submission`.")
    plugin: tuple[str, ...] = option((), "See `PluginOption`.")
    block: tuple[str, ...] = option((), "See `BlockOption`.")


def _setup_field(name: str) -> OptionField:
    return next(one for one in option_fields(SetupOptions) if one.name == name)


def _check_device(value: str) -> str:
    """Refuse a device that is no choice, as `gradus train` refuses values of other options."""
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
    typer.Option(
        "--backend", help="Backend. Default: the one that the checkpoint was trained with."
    ),
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
    typer.Option("--plugin", help="Load this plugin too: a module or a path. Repeatable."),
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
CheckpointFile = Annotated[Path, typer.Argument(help="A file that `gradus train` has written.")]

#: What `gradus train skip_gram` writes unless it is told otherwise.
TRAINED_VECTORS = Path("checkpoints", "skip_gram.safetensors")

VectorFile = Annotated[
    Path,
    typer.Option(
        "--vectors",
        help="A checkpoint of `gradus train skip_gram`, or vectors in word2vec's text format.",
    ),
]
