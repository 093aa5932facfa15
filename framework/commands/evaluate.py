"""`gradus evaluate`: how good a trained model is, or what word vectors know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from framework.commands.evaluate_agreement import agreement_lines
from framework.commands.evaluate_classifier import classifier_lines, is_classifier
from framework.commands.options import (
    BlockOption,
    CheckpointBackend,
    CheckpointFile,
    Device,
    PluginOption,
    Submission,
)
from framework.commands.setup import choose_backend, describe_parts, load_plugins, unfinished_parts
from framework.data.corpora import load_corpus, load_text
from framework.data.corpus import Corpus
from framework.data.vocabulary import Ids
from framework.errors import UsageError
from framework.evaluation.trained_vectors import has_word_vectors, load_vectors
from framework.evaluation.word_similarity import judged_similarity, read_judged_pairs
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.checkpoints import Checkpoint, load_checkpoint
from framework.training.language_model import held_out_perplexity


def evaluate(
    checkpoint: CheckpointFile,
    backend: CheckpointBackend = None,
    corpus: Annotated[
        str | None,
        typer.Option(help="A corpus or a text file. Default: the held-out part of its own."),
    ] = None,
    task: Annotated[
        Literal["perplexity", "agreement"],
        typer.Option(help="agreement: does the verb agree with its subject? Needs `--data`."),
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
    """Compute the perplexity of a language model on held-out text, or on a text of your own.

    A classifier is measured on the test part of its corpus, or of another one.

    With `--task agreement`, show how often the verb that agrees with its subject is found more
    probable than its other form, by the number of nouns between them that could mislead (Linzen
    et al. 2016).

    Word vectors are compared with people's judgements: with `--similarity FILE`, show Spearman's
    correlation of the cosines and the scores of FILE. Vectors in word2vec's text format will do.
    """
    if similarity:
        _compare(checkpoint, similarity)
        return
    saved = load_checkpoint(checkpoint)
    if has_word_vectors(saved):
        raise UsageError(
            f"{checkpoint} holds word vectors: compare them with people's judgements by "
            "`--similarity FILE`, which has word, word, score on each line"
        )
    plugins = load_plugins(plugin, block)
    name = backend or saved.provider
    computing = choose_backend(plugins, name, submission=submission, device=device)
    with unfinished_parts(computing):
        if is_classifier(saved):
            lines = list(classifier_lines(saved, computing, corpus, data, plugins.corpora))
        elif task == "agreement":
            lines = list(agreement_lines(saved, computing, data))
        else:
            lines = list(_perplexity(saved, computing, _text(saved, corpus, plugins)))
    for line in [*describe_parts(computing), *lines]:
        typer.echo(line)


def _perplexity(
    saved: Checkpoint, backend: Backend, text: tuple[Ids, str, float | None]
) -> Iterator[str]:
    ids, described, best = text
    perplexity = held_out_perplexity(saved.restore(backend), ids, backend.arrays)
    yield f"{saved.model} under {backend.name} on {described}, {len(ids) - 1:,} tokens"
    known = "" if best is None else f" (best possible {best:.4f})"
    yield f"perplexity {perplexity:.6f}{known}"


def _compare(path: Path, files: list[Path]) -> None:
    """Show how the word vectors at `path` agree with each of `files`, and on how many pairs."""
    vectors = load_vectors(path)
    judged = {file: read_judged_pairs(file) for file in files}
    width = max(len(file.name) for file in files)
    for file, pairs in judged.items():
        rho, used = judged_similarity(vectors, pairs)
        typer.echo(f"{file.name:<{width}}  Spearman {rho:6.3f}  {used} of {len(pairs)} pairs")


def _text(saved: Checkpoint, wanted: str | None, plugins: Plugins) -> tuple[Ids, str, float | None]:
    """The text to score: ids, what to call it, and the best perplexity where it is known.

    A file of the user's own is scored whole; of what the model was trained on, only the part that
    was held out.
    """
    apart = saved.training.get("held_out")  # a file of its own: then the corpus was read whole
    name = wanted or apart or saved.corpus
    if Path(name).is_file() and (apart or not _same(name, saved.corpus)):
        return load_text(name, saved.vocabulary), name, None
    size = len(saved.vocabulary)
    corpus = load_corpus(name, plugins.corpora, maximum_size=size)
    return _held_out(corpus, saved), f"held-out text of {name}", corpus.best_perplexity


def _same(path: str, other: str) -> bool:
    return Path(path).resolve() == Path(other).resolve()


def _held_out(corpus: Corpus, saved: Checkpoint) -> Ids:
    return saved.vocabulary.encode(corpus.vocabulary.decode(corpus.valid))
