"""`gradus evaluate`: measures a trained model or word vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from framework.commands.options import (
    BlockOption,
    CheckpointBackend,
    CheckpointFile,
    Device,
    PluginOption,
    Submission,
)


def evaluate(
    checkpoint: CheckpointFile,
    backend: CheckpointBackend = None,
    corpus: Annotated[
        str | None,
        typer.Option(
            help="A corpus or a text file. Default: the held-out part of the checkpoint's corpus."
        ),
    ] = None,
    task: Annotated[
        Literal["perplexity", "agreement"],
        typer.Option(help="agreement: accuracy of subject-verb agreement; needs `--data`."),
    ] = "perplexity",
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder with the items of the task: a file *.text and a file *.gold. For a "
            "classifier: the folder of its corpus. Default: as it was trained."
        ),
    ] = None,
    similarity: Annotated[
        list[Path] | None,
        typer.Option(help="For word vectors: a file of word, word, score. Repeatable."),
    ] = None,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Measure a trained model: perplexity, accuracy or word similarity.

    A language model is measured by its perplexity on held-out text, or on a text of yours. A
    classifier is measured on the test part of its corpus, or of another corpus.

    `--task agreement` shows how often a language model gives the correct verb form the higher
    probability, by the number of misleading nouns before it (Linzen et al. 2016).

    `--similarity FILE` shows Spearman's correlation between cosines of word vectors and the human
    scores in FILE. Vectors in word2vec's text format also work.
    """
    if similarity:
        _compare(checkpoint, similarity)
        return
    from framework.commands.evaluate_agreement import agreement_lines
    from framework.commands.setup import (
        choose_backend,
        describe_parts,
        load_plugins,
        unfinished_parts,
    )
    from framework.training.checkpoints import load_checkpoint
    from framework.training.kinds import task_class
    from framework.training.task import Evaluation

    saved = load_checkpoint(checkpoint)
    plugins = load_plugins(plugin, block)
    kind = task_class(saved.kind, plugins.registry)
    name = backend or saved.provider
    computing = choose_backend(plugins, name, submission=submission, device=device)
    asked = Evaluation(computing, corpus, data, plugins.corpora, checkpoint)
    with unfinished_parts(computing):
        if task == "agreement":
            lines = list(agreement_lines(saved, computing, data))
        else:
            lines = list(kind.evaluate(saved, asked))
    for line in [*describe_parts(computing), *lines]:
        typer.echo(line)


def _compare(path: Path, files: list[Path]) -> None:
    """Show the correlation of the word vectors at `path` with each of `files`."""
    from framework.evaluation.word_similarity import judged_similarity, read_judged_pairs
    from framework.training.trained_vectors import load_vectors

    vectors = load_vectors(path)
    judged = {file: read_judged_pairs(file) for file in files}
    width = max(len(file.name) for file in files)
    for file, pairs in judged.items():
        rho, used = judged_similarity(vectors, pairs)
        typer.echo(f"{file.name:<{width}}  Spearman {rho:6.3f}  {used} of {len(pairs)} pairs")
