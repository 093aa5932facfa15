"""`gradus evaluate`: measures a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framework.commands.options import CheckpointFile, CheckpointSetup, with_options
from framework.commands.output import say


@with_options
def evaluate(
    chosen: CheckpointSetup,
    checkpoint: CheckpointFile,
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
) -> None:
    """Measure a trained model: perplexity or accuracy.

    A language model is measured by its perplexity on held-out text, or on a text of yours. A
    classifier is measured on the test part of its corpus, or of another corpus.
    """
    from framework.commands.setup import describe_parts, unfinished_parts
    from framework.training.checkpoints import load_checkpoint
    from framework.training.task import Evaluation
    from framework.training.task_kinds import task_class

    saved = load_checkpoint(checkpoint)
    computing = chosen.chosen_backend(saved)
    kind = task_class(saved.kind, computing.registry)
    asked = Evaluation(computing, corpus, data, chosen.plugins.corpora, checkpoint)
    with unfinished_parts(computing):
        lines = list(kind.evaluate(saved, asked))
    for line in [*describe_parts(computing), *lines]:
        say(line)
