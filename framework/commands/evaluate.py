"""`gradus evaluate`: the perplexity of a language model, or what word vectors know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framework.checkpoints import Checkpoint, load_checkpoint
from framework.commands.options import (
    BlockOption,
    CheckpointBackend,
    CheckpointFile,
    Device,
    PluginOption,
    Submission,
)
from framework.commands.setup import choose_backend, describe_parts, load_plugins, unfinished_parts
from framework.data.corpora import Corpus, load_corpus, load_text
from framework.data.vocabulary import Ids
from framework.errors import UsageError
from framework.plugins import Plugins
from framework.runs.language_model import held_out_perplexity
from framework.trained_vectors import has_word_vectors, load_vectors
from framework.word_similarity import judged_similarity, read_judged_pairs


def evaluate(
    checkpoint: CheckpointFile,
    backend: CheckpointBackend = None,
    corpus: Annotated[
        str | None,
        typer.Option(help="A corpus or a text file. Default: the held-out part of its own."),
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
    ids, described, best = _text(saved, corpus, plugins)
    name = backend or saved.provider
    computing = choose_backend(plugins, name, submission=submission, device=device)
    with unfinished_parts(computing):
        perplexity = held_out_perplexity(saved.restore(computing), ids, computing.arrays)
    for line in describe_parts(computing):
        typer.echo(line)
    typer.echo(f"{saved.model} under {name} on {described}, {len(ids) - 1:,} tokens")
    known = "" if best is None else f" (best possible {best:.4f})"
    typer.echo(f"perplexity {perplexity:.6f}{known}")


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
    name = wanted or saved.corpus
    if Path(name).is_file() and not _same(name, saved.corpus):
        return load_text(name, saved.vocabulary), name, None
    corpus = load_corpus(name, plugins.named("register_corpora"))
    return _held_out(corpus, saved), f"held-out text of {name}", corpus.best_perplexity


def _same(path: str, other: str) -> bool:
    return Path(path).resolve() == Path(other).resolve()


def _held_out(corpus: Corpus, saved: Checkpoint) -> Ids:
    return saved.vocabulary.encode(corpus.vocabulary.decode(corpus.valid))
