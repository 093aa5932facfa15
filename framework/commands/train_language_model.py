"""`gradus train` of a language model: how near it comes to the best possible one."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

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
from framework.commands.recipe_option import RecipeOption
from framework.commands.setup import choose_backend, describe_parts, load_plugins, unfinished_parts
from framework.data.built_in_corpora import corpus_help
from framework.data.corpora import load_corpus
from framework.data.corpus import Corpus
from framework.data.corpus_entry import TEXT
from framework.models.character_aware import CHARACTERS, kim_encoder
from framework.training.checkpoints import load_checkpoint
from framework.training.language_model import LanguageModelRun, LanguageModelSettings
from framework.training.recipes import find_recipe

#: Sizes of a model whose exercise says nothing else.
SIZES = {"embedding_size": 32, "hidden_size": 64}

#: What helps a run whose loss is no number any more.
ADVICE = "a smaller `--learning-rate`, or `--clip 5`"

Size = Annotated[int | None, typer.Option(min=1, help="Default: what the exercise says.")]


def train_language_model(
    context: typer.Context,
    recipe: RecipeOption = None,
    backend: BackendName = "numpy",
    corpus: Annotated[
        str, typer.Option(help=corpus_help(TEXT, file="a sentence per line"))
    ] = "agreement",
    held_out: Annotated[
        Path | None,
        typer.Option(help="A text file to measure on. Default: the last tenth of the corpus."),
    ] = None,
    minimum_count: Annotated[
        int, typer.Option(min=1, help="Rarer words of a text file become <unk>.")
    ] = 2,
    maximum_words: Annotated[
        int, typer.Option(min=4, help="So many words of a text file are told apart, at most.")
    ] = 10_000,
    epochs: Annotated[int, typer.Option(min=1, help="Times that the text is read.")] = 3,
    out: Annotated[
        Path | None, typer.Option(help="Where to save. Default: checkpoints/NAME.safetensors.")
    ] = None,
    resume: Resume = False,
    embedding_size: Size = None,
    character_filters: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Word vectors from the characters of the words, as highway_char_cnn makes them: "
            "so many filters of width 1, twice as many of width 2, ... up to 6 (Kim et al. 2016: "
            "25). `--embedding-size` is that of a character then.",
        ),
    ] = None,
    highway_layers: Annotated[int, typer.Option(min=0, help="How many follow those filters.")] = 1,
    hidden_size: Size = None,
    cell: Annotated[
        str | None, typer.Option(help="The recurrent layer: rnn, lstm, gru, or a plugin's.")
    ] = None,
    layers: Annotated[int, typer.Option(min=1, help="Such layers, one on top of the other.")] = 1,
    dropout: Annotated[
        float,
        typer.Option(min=0.0, max=0.99, help="Share of the numbers between layers to drop."),
    ] = 0.0,
    initial_range: Annotated[
        float | None,
        typer.Option(min=0.0, help="Draw all weights from −r to r. Default: each layer's own way."),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Texts read side by side.")] = 20,
    unroll: Annotated[int, typer.Option(min=1, help="Steps that a gradient goes back.")] = 20,
    optimizer: Annotated[
        str, typer.Option(help="NAME or NAME@PROVIDER, with arguments as momentum:mu=0.8.")
    ] = "adam",
    learning_rate: Annotated[float, typer.Option(min=0.0, help="Of the optimizer.")] = 0.003,
    schedule: Annotated[
        str | None,
        typer.Option(help="How the rate falls from epoch to epoch: step_decay:factor=0.5,every=1."),
    ] = None,
    hold: Annotated[
        int, typer.Option(min=1, help="Epochs at the first rate before the schedule begins.")
    ] = 1,
    summed: Annotated[
        bool,
        typer.Option(
            "--summed", help="Minimise the loss summed over the steps, not averaged over them."
        ),
    ] = False,
    clip: Annotated[
        float | None, typer.Option(min=1e-12, help="Greatest norm of all gradients together.")
    ] = None,
    precision: Annotated[
        Literal["float64", "float32"],
        typer.Option("--precision", "--dtype", help="float32 is faster, less exact."),
    ] = "float64",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same run.")] = 0,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Train a language model and save a checkpoint after every epoch."""
    plugins = load_plugins(plugin, block)
    computing = choose_backend(plugins, backend, submission=submission, device=device)
    text = load_corpus(
        corpus,
        plugins.corpora,
        maximum_size=maximum_words,
        minimum_count=minimum_count,
        held_out=held_out,
    )
    name = context.info_name or ""
    trained = find_recipe(name, plugins.registry.names("language_model"))
    sizes = {"embedding_size": embedding_size, "hidden_size": hidden_size, "cell": cell}
    chosen = {key: value for key, value in sizes.items() if value is not None}
    arguments = _deep({**SIZES, **trained.defaults, **chosen}, layers, dropout)
    if character_filters is not None:
        del arguments["embedding_size"]
        arguments[CHARACTERS] = kim_encoder(character_filters, embedding_size, highway_layers)
    settings = LanguageModelSettings(
        optimizer,
        learning_rate,
        batch_size,
        unroll,
        clip,
        precision,
        seed,
        schedule,
        hold,
        summed,
        initial_range,
    )
    out = out or Path("checkpoints", f"{name}.safetensors")
    with unfinished_parts(computing):
        run = LanguageModelRun(computing, text, trained.model, arguments, settings)
        if resume:
            run.resume(load_checkpoint(out))
        _train(run, epochs, out)


def _deep(arguments: Mapping[str, Any], layers: int, dropout: float) -> dict[str, Any]:
    """The arguments of a model, with a stack in place of its cell where one is asked for."""
    if layers == 1 and not dropout:
        return dict(arguments)
    described = {"layer": arguments.get("cell", "rnn"), "layers": layers, "dropout": dropout}
    return {**arguments, "cell": described}


def _train(run: LanguageModelRun, epochs: int, out: Path) -> None:
    console = plain_console()
    for line in _introduction(run):
        console.print(line)
    settings = run.settings
    with progress_bars(console) as progress:
        for epoch in range(run.epochs_done + 1, epochs + 1):
            started, rate = time.perf_counter(), run.learning_rate
            name = f"epoch {epoch}/{epochs}"
            tokens = settings.batch_size * settings.unroll
            loss = run.epoch(epoch_bar(progress, name, ADVICE, tokens=tokens))
            speed = (len(run.corpus.train) - 1) / (time.perf_counter() - started)
            perplexity = run.perplexity()
            run.checkpoint().save(out)
            scheduled = "" if settings.schedule is None else f"   rate {rate:g}"
            console.print(
                f"{name}{scheduled}   loss {loss:.4f}   {_held_out(perplexity, run.corpus)}"
                f"   {speed:,.0f} tokens/s   {time.perf_counter() - started:.1f} s"
            )
    console.print(f"Saved {out}. Next: `gradus sample {out}`")


def _introduction(run: LanguageModelRun) -> list[str]:
    corpus = run.corpus
    size = sum(math.prod(array.shape) for array in run.model.parameters.values())
    done = [f"going on after epoch {run.epochs_done}"] if run.epochs_done else []
    return [
        f"{run.model_name}, {size:,} parameters, {run.settings.precision} on {run.backend.device}",
        f"corpus {corpus.name}: {len(corpus.train) - 1:,} tokens to learn from, "
        f"{len(corpus.valid) - 1:,} held out, {len(corpus.vocabulary):,} words",
        *describe_parts(run.backend),
        *done,
    ]


def _held_out(perplexity: float, corpus: Corpus) -> str:
    best = (
        "" if corpus.best_perplexity is None else f" (best possible {corpus.best_perplexity:.4f})"
    )
    return f"held-out perplexity {perplexity:.4f}{best}"
