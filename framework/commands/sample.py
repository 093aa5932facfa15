"""`gradus sample`: text from a checkpoint, word by word."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from framework.checkpoints import load_checkpoint
from framework.commands.options import (
    BlockOption,
    CheckpointBackend,
    CheckpointFile,
    Device,
    PluginOption,
    Submission,
)
from framework.commands.setup import choose_backend, load_plugins, unfinished_parts
from framework.data.vocabulary import EOS, Vocabulary
from framework.sampling import sample_tokens


def sample(
    checkpoint: CheckpointFile,
    prompt: Annotated[str, typer.Option(help="What the text starts with.")] = "",
    length: Annotated[int, typer.Option(min=1, help="Number of tokens to write.")] = 60,
    temperature: Annotated[
        float, typer.Option(min=0.0, help="Below 1 is bolder about the likely words; 0 is greedy.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same text.")] = 0,
    backend: CheckpointBackend = None,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Write text with a checkpoint, one sentence per line."""
    saved = load_checkpoint(checkpoint)
    plugins = load_plugins(plugin, block)
    name = backend or saved.provider
    computing = choose_backend(plugins, name, submission=submission, device=device)
    words = prompt.split()
    _warn_of_unknown(words, saved.vocabulary)
    with unfinished_parts(computing):
        model = saved.restore(computing)
        model.eval()
        # A text starts after the end of a sentence, as in training.
        ids = [EOS, *saved.vocabulary.encode(words).tolist()]
        tokens = sample_tokens(
            model,
            ids,
            arrays=computing.arrays,
            temperature=temperature,
            rng=np.random.default_rng(seed),
        )
        _write(words, islice(tokens, length), saved.vocabulary)


def _warn_of_unknown(words: list[str], vocabulary: Vocabulary) -> None:
    unknown = [word for word in words if word not in vocabulary]
    if unknown:
        typer.echo(f"not in the vocabulary, read as <unk>: {' '.join(unknown)}", err=True)


def _write(words: list[str], tokens: Iterable[int], vocabulary: Vocabulary) -> None:
    """Print each word as soon as it is drawn; the end of a sentence ends the line."""
    between = ""
    for word in words:
        typer.echo(f"{between}{word}", nl=False)
        between = " "
    for token in tokens:
        if token == EOS:
            typer.echo("")
            between = ""
        else:
            typer.echo(f"{between}{vocabulary.words[token]}", nl=False)
            between = " "
    if between:
        typer.echo("")
