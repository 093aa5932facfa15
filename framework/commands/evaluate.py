"""`gradus evaluate`: measures a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framework.commands.options import (
    BlockOption,
    CheckpointBackend,
    CheckpointFile,
    CheckpointProvider,
    Device,
    PluginOption,
    Submission,
)
from framework.commands.output import say


def evaluate(
    checkpoint: CheckpointFile,
    backend: CheckpointBackend = None,
    provider: CheckpointProvider = None,
    corpus: Annotated[
        str | None,
        typer.Option(
            help="A corpus or a text file. Default: the held-out part of the checkpoint's corpus."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="For a classifier: the folder of its corpus. Default: as it was trained."
        ),
    ] = None,
    device: Device = "cpu",
    submission: Submission = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Measure a trained model: perplexity or accuracy.

    A language model is measured by its perplexity on held-out text, or on a text of yours. A
    classifier is measured on the test part of its corpus, or of another corpus.
    """
    from framework.commands.setup import (
        describe_parts,
        load_plugins,
        restored_backend,
        unfinished_parts,
    )
    from framework.training.checkpoints import load_checkpoint
    from framework.training.kinds import task_class
    from framework.training.task import Evaluation

    saved = load_checkpoint(checkpoint)
    plugins = load_plugins(plugin, block)
    kind = task_class(saved.kind, plugins.registry)
    computing = restored_backend(
        plugins, saved, backend, provider, submission=submission, device=device
    )
    asked = Evaluation(computing, corpus, data, plugins.corpora, checkpoint)
    with unfinished_parts(computing):
        lines = list(kind.evaluate(saved, asked))
    for line in [*describe_parts(computing), *lines]:
        say(line)
