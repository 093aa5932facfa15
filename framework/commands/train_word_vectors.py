"""`gradus train skip_gram`: word vectors from a text, by negative sampling."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from framework.commands.options import (
    BackendName,
    BlockOption,
    Device,
    PluginOption,
    Resume,
    Submission,
)
from framework.commands.progress import epoch_bar, plain_console, progress_bars
from framework.commands.setup import choose_backend, describe_parts, load_plugins, unfinished_parts
from framework.data.built_in_corpora import corpus_help
from framework.data.corpora import load_sentences
from framework.data.corpus_entry import SENTENCES, TEXT
from framework.data.counted_text import count_text
from framework.evaluation.trained_vectors import vectors_of
from framework.training.checkpoints import load_checkpoint
from framework.training.recipes import find_recipe
from framework.training.word_vectors import WordVectorRun, WordVectorSettings

#: What helps a run whose loss is no number any more.
ADVICE = "a smaller `--learning-rate`"


def train_word_vectors(
    context: typer.Context,
    backend: BackendName = "numpy",
    corpus: Annotated[
        str, typer.Option(help=corpus_help(SENTENCES, TEXT, file="a sentence per line"))
    ] = "agreement",
    epochs: Annotated[int, typer.Option(min=1, help="Times that the text is read.")] = 5,
    dimension: Annotated[
        int, typer.Option(min=1, help="Numbers per vector: 50 to 300 for real text.")
    ] = 100,
    window: Annotated[
        int,
        typer.Option(
            min=1,
            help="Words to each side that are a word's context, at most: for each word the number "
            "is drawn from 1 to this. Wide windows learn topics, narrow ones grammar.",
        ),
    ] = 5,
    negative: Annotated[
        int, typer.Option(min=1, help="Words drawn for each pair: 5 to 20 for a small text.")
    ] = 5,
    min_count: Annotated[
        int,
        typer.Option(min=1, help="Rarer words are left out: too little can be learned of them."),
    ] = 5,
    subsample: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Words with a greater share of the text than this are thinned out, as 'the'; 0 "
            "keeps all of them. 1e-3 for a small text, 1e-5 for a large one.",
        ),
    ] = 1e-3,
    learning_rate: Annotated[
        float, typer.Option(min=0.0, help="Of the first step; it falls in a straight line to 0.")
    ] = 0.025,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same run.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Where to save. Default: checkpoints/NAME.safetensors.")
    ] = None,
    vectors: Annotated[
        Path | None, typer.Option(help="Save the vectors here, too, in word2vec's text format.")
    ] = None,
    resume: Resume = False,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Learn word vectors: the skip-gram with negative sampling, as word2vec trains it.

    Each word learns to tell the words around it from words that are drawn at random. Words that
    stand among the same words end up with near vectors.

    A student's own negative_sampling is used one pair at a time: give it a small text.
    """
    plugins = load_plugins(plugin, block)
    computing = choose_backend(plugins, backend, submission=submission, device=device)
    name = context.info_name or ""
    recipe = find_recipe(name, ())
    sentences = load_sentences(corpus, plugins.corpora)
    text = count_text(corpus, sentences, minimum_count=min_count)
    settings = WordVectorSettings(
        dimension, window, negative, min_count, subsample, epochs, learning_rate, seed
    )
    out = out or Path("checkpoints", f"{name}.safetensors")
    with unfinished_parts(computing):
        run = WordVectorRun(computing, text, recipe.model, settings)
        if resume:
            run.resume(load_checkpoint(out))
        _train(run, out)
    if vectors is not None:
        vectors_of(run.checkpoint(), out).save(vectors)
        typer.echo(f"Saved {vectors}, as text.")


def _train(run: WordVectorRun, out: Path) -> None:
    console = plain_console()
    for line in _introduction(run):
        console.print(line)
    epochs = run.settings.epochs
    with progress_bars(console) as progress:
        for epoch in range(run.epochs_done + 1, epochs + 1):
            started = time.perf_counter()
            loss = run.epoch(epoch_bar(progress, f"epoch {epoch}/{epochs}", ADVICE))
            seconds = time.perf_counter() - started
            run.checkpoint().save(out)
            console.print(
                f"epoch {epoch}/{epochs}   loss {loss:.4f}   "
                f"{run.text.total / seconds:,.0f} words/s   {seconds:.1f} s"
            )
    console.print(f"Saved {out}. Next: `gradus neighbors WORD --vectors {out}`")


def _introduction(run: WordVectorRun) -> list[str]:
    text, d = run.text, run.settings.dimension
    words = len(text.counts.nonzero()[0])
    done = [f"going on after epoch {run.epochs_done}"] if run.epochs_done else []
    return [
        f"{run.model_name}, {words:,} words with {d} numbers each, on {run.backend.device}",
        f"corpus {text.name}: {text.total:,} words, {len(text.ids):,} of them in the vocabulary",
        *describe_parts(run.backend),
        *done,
    ]
