"""`gradus evaluate`: measures a trained model or word vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
from framework.errors import UsageError

if TYPE_CHECKING:
    from framework.evaluation.agreement import AgreementScore
    from framework.providers.backends import Backend
    from framework.training.checkpoints import Checkpoint


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
        if task == "agreement":
            lines = list(_agreement_lines(saved, computing, data))
        else:
            lines = list(kind.evaluate(saved, asked))
    for line in [*describe_parts(computing), *lines]:
        say(line)


def _compare(path: Path, files: list[Path]) -> None:
    """Show the correlation of the word vectors at `path` with each of `files`."""
    from framework.evaluation.word_similarity import judged_similarity, read_judged_pairs
    from framework.training.trained_vectors import load_vectors

    vectors = load_vectors(path)
    judged = {file: read_judged_pairs(file) for file in files}
    width = max(len(file.name) for file in files)
    for file, pairs in judged.items():
        rho, used = judged_similarity(vectors, pairs)
        say(f"{file.name:<{width}}  Spearman {rho:6.3f}  {used} of {len(pairs)} pairs")


def _agreement_lines(saved: Checkpoint, backend: Backend, data: Path | None) -> Iterator[str]:
    """Yield the accuracy of the checkpoint's model, a line per number of attractors.

    Raises:
        UsageError: the folder of the items is missing.
    """
    from framework.evaluation.agreement import agreement_score
    from framework.evaluation.agreement_items import read_agreement_items

    if data is None:
        raise UsageError("`--task agreement` needs the folder with the items: `--data FOLDER`")
    items = read_agreement_items(data)
    score = agreement_score(saved.restore(backend), items, saved.vocabulary, backend.arrays)
    yield "attractors   items   accuracy"
    for attractors, count in score.items.items():
        yield _agreement_line(str(attractors), score.right[attractors], count)
    yield _agreement_line("all", sum(score.right.values()), sum(score.items.values()))
    yield from _unknown(score)


def _agreement_line(name: str, right: int, items: int) -> str:
    return f"{name:<10}  {items:6,}   {right / items:8.1%}"


def _unknown(score: AgreementScore) -> Iterator[str]:
    if score.left_out:
        yield f"left out: {score.left_out:,} items with a verb that is not in the vocabulary"
    yield f"{score.unknown_words:.1%} of the words before the verbs were read as <unk>"
