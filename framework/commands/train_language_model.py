"""`gradus train` of a language model: how near it comes to the best possible one."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from framework.commands.options import BackendName, BlockOption, Device, PluginOption, Submission
from framework.commands.progress import epoch_bar, plain_console, progress_bars
from framework.commands.setup import choose_backend, describe_parts, load_plugins, unfinished_parts
from framework.data.corpora import Corpus, load_corpus
from framework.recipes import find_recipe
from framework.runs.language_model import LanguageModelRun, LanguageModelSettings

#: Sizes of a model whose exercise says nothing else.
SIZES = {"embedding_size": 32, "hidden_size": 64}

#: What helps a run whose loss is no number any more.
ADVICE = "a smaller `--learning-rate`, or `--clip 5`"

Size = Annotated[int | None, typer.Option(min=1, help="Default: what the exercise says.")]


def train_language_model(
    context: typer.Context,
    backend: BackendName = "numpy",
    corpus: Annotated[
        str, typer.Option(help="A corpus by name, or a text file with a sentence per line.")
    ] = "agreement",
    epochs: Annotated[int, typer.Option(min=1, help="Times that the text is read.")] = 3,
    out: Annotated[
        Path | None, typer.Option(help="Where to save. Default: checkpoints/NAME.safetensors.")
    ] = None,
    embedding_size: Size = None,
    hidden_size: Size = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Texts read side by side.")] = 20,
    unroll: Annotated[int, typer.Option(min=1, help="Steps that a gradient goes back.")] = 20,
    optimizer: Annotated[str, typer.Option(help="NAME or NAME@PROVIDER.")] = "adam",
    learning_rate: Annotated[float, typer.Option(min=0.0, help="Of the optimizer.")] = 0.003,
    clip: Annotated[
        float | None, typer.Option(min=1e-12, help="Greatest norm of all gradients together.")
    ] = None,
    dtype: Annotated[
        Literal["float64", "float32"], typer.Option(help="float32 is faster, less exact.")
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
    text = load_corpus(corpus, plugins.named("register_corpora"))
    name = context.info_name or ""
    recipe = find_recipe(name, plugins.registry.names("language_model"))
    given = {"embedding_size": embedding_size, "hidden_size": hidden_size}
    chosen = {key: value for key, value in given.items() if value is not None}
    settings = LanguageModelSettings(
        optimizer, learning_rate, batch_size, unroll, clip, dtype, seed
    )
    with unfinished_parts(computing):
        arguments = {**SIZES, **recipe.defaults, **chosen}
        run = LanguageModelRun(computing, text, recipe.model, arguments, settings)
        _train(run, epochs, out or Path("checkpoints", f"{name}.safetensors"))


def _train(run: LanguageModelRun, epochs: int, out: Path) -> None:
    console = plain_console()
    for line in _introduction(run):
        console.print(line)
    with progress_bars(console) as progress:
        for epoch in range(1, epochs + 1):
            started = time.perf_counter()
            loss, perplexity = run.epoch(epoch_bar(progress, f"epoch {epoch}/{epochs}", ADVICE))
            run.checkpoint().save(out)
            seconds = time.perf_counter() - started
            console.print(
                f"epoch {epoch}/{epochs}   loss {loss:.4f}   {_held_out(perplexity, run.corpus)}"
                f"   {seconds:.1f} s"
            )
    console.print(f"Saved {out}. Next: `gradus sample {out}`")


def _introduction(run: LanguageModelRun) -> list[str]:
    corpus = run.corpus
    size = sum(math.prod(array.shape) for array in run.model.parameters.values())
    return [
        f"{run.model_name}, {size:,} parameters, {run.settings.dtype} on {run.backend.device}",
        f"corpus {corpus.name}: {len(corpus.train) - 1:,} tokens to learn from, "
        f"{len(corpus.valid) - 1:,} held out, {len(corpus.vocabulary):,} words",
        *describe_parts(run.backend),
    ]


def _held_out(perplexity: float, corpus: Corpus) -> str:
    best = (
        "" if corpus.best_perplexity is None else f" (best possible {corpus.best_perplexity:.4f})"
    )
    return f"held-out perplexity {perplexity:.4f}{best}"
