"""`gradus train` of a tagger: named entities from the words around each word."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from framework.commands.classifier_options import (
    BatchSize,
    Data,
    Epochs,
    LearningRate,
    OptimizerName,
    Out,
    Precision,
    Seed,
    Seeds,
)
from framework.commands.classifier_training import show_spread, train_numbered
from framework.commands.model_arguments import SetOption, model_arguments
from framework.commands.options import (
    BackendName,
    BlockOption,
    Device,
    PluginOption,
    Resume,
    Submission,
)
from framework.commands.recipe_option import RecipeOption
from framework.commands.setup import choose_backend, load_plugins, unfinished_parts
from framework.data.built_in_corpora import corpus_help
from framework.data.corpus_entry import TAGGED_SENTENCES
from framework.errors import UsageError
from framework.training.classifier import ClassifierRun, ClassifierSettings
from framework.training.recipes import find_recipe
from framework.training.sources import TagSource
from framework.training.tagging import backend_windows, tagging_task


def train_tagger(
    context: typer.Context,
    recipe: RecipeOption = None,
    backend: BackendName = "numpy",
    corpus: Annotated[
        str,
        typer.Option(help=corpus_help(TAGGED_SENTENCES)),
    ] = "entities",
    data: Data = None,
    arguments: SetOption = None,
    epochs: Epochs = 5,
    batch_size: BatchSize = 32,
    optimizer: OptimizerName = "adam",
    learning_rate: LearningRate = 0.003,
    precision: Precision = "float64",
    seed: Seed = 0,
    seeds: Seeds = 1,
    out: Out = None,
    resume: Resume = False,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Train a tagger, and test its best epoch: F1 of whole entities, altogether and by type.

    The best epoch is that with the greatest F1 on sentences that are held out. It is what is saved
    and tested. The generated corpus says which F1 is best possible.
    """
    plugins = load_plugins(plugin, block)
    computing = choose_backend(plugins, backend, submission=submission, device=device)
    name = context.info_name or ""
    trained = find_recipe(name, ())
    chosen = {**trained.defaults, **model_arguments(arguments or (), context.default_map)}
    out = out or Path("checkpoints", f"{name}.safetensors")
    source = TagSource(corpus, None if data is None else str(data))
    scores = []
    with unfinished_parts(computing):
        task = tagging_task(
            source.load(plugins.corpora), window_size(chosen), backend_windows(computing)
        )
        for one in range(seed, seed + seeds):
            settings = ClassifierSettings(
                optimizer, learning_rate, batch_size, epochs, precision, one
            )
            run = ClassifierRun(computing, task, trained.model, chosen, settings, asdict(source))
            label = f"seed{one}" if seeds > 1 else ""
            scores.append(train_numbered(run, out, label, resume=resume))
    show_spread("F1", scores)


def window_size(arguments: dict[str, object]) -> int:
    """Words to each side of the word that is tagged: the model's argument ``window``.

    Raises:
        UsageError: it is missing, or no whole number from 0 on.
    """
    size = arguments.get("window")
    if not isinstance(size, int) or size < 0:
        raise UsageError(
            f"a tagger needs the argument `window`, a number of words, but got {size}: "
            "`--set window=2`"
        )
    return size
