"""`gradus train` of a text classifier: the share of texts that it gets right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from framework.commands.classifier_options import (
    BatchSize,
    Data,
    Epochs,
    LearningRate,
    MinimumCount,
    OptimizerName,
    Out,
    Precision,
    Seed,
    Seeds,
    TextCorpusName,
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
from framework.data.formats.word_vectors import Vectors, WordVectors
from framework.errors import UsageError
from framework.evaluation.trained_vectors import load_vectors
from framework.training.classifier import ClassifierRun, ClassifierSettings
from framework.training.initial_vectors import initial_vectors
from framework.training.recipes import find_recipe
from framework.training.sources import TextSource
from framework.training.task import Task
from framework.training.text_classification import text_task


def train_text_classifier(
    context: typer.Context,
    recipe: RecipeOption = None,
    backend: BackendName = "numpy",
    corpus: TextCorpusName = "sentiment",
    data: Data = None,
    folds: Annotated[
        int,
        typer.Option(
            help="Cross-validation of a corpus without a test part: so many runs, each tested on "
            "another part of the texts. 0: none."
        ),
    ] = 0,
    minimum_count: MinimumCount = 2,
    vectors: Annotated[
        Path | None,
        typer.Option(
            help="Word vectors that a model starts from which takes some, as text_cnn: a "
            "checkpoint of `gradus train skip_gram`, or word2vec's text format."
        ),
    ] = None,
    vector_range: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Without --vectors, draw the word vectors from −r to r. Default: the model's own "
            "way. Vectors of rare words stay what they are drawn as: small ones disturb less.",
        ),
    ] = None,
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
    """Train a text classifier, and test its best epoch.

    The best epoch is that with the greatest accuracy on texts that are held out: a part of the
    corpus, or a tenth of its texts to learn from. It is what is saved and tested.
    """
    plugins = load_plugins(plugin, block)
    computing = choose_backend(plugins, backend, submission=submission, device=device)
    name = context.info_name or ""
    trained = find_recipe(name, ())
    chosen = {**trained.defaults, **model_arguments(arguments or (), context.default_map)}
    start = None if vectors is None else load_vectors(vectors)
    if start is not None:
        chosen["embedding_size"] = start.vectors.shape[1]
    out = out or Path("checkpoints", f"{name}.safetensors")
    scores = []
    for label, source in _sources(corpus, data, folds, range(seed, seed + seeds)):
        texts = source.load(plugins.corpora)
        task = text_task(texts, minimum_count=minimum_count)
        settings = ClassifierSettings(
            optimizer,
            learning_rate,
            batch_size,
            epochs,
            precision,
            source.seed,
            None if vectors is None else str(vectors),
            vector_range if vectors is None else None,
        )
        table = None if start is None else _table(start, task, source.seed)
        with unfinished_parts(computing):
            run = ClassifierRun(
                computing, task, trained.model, chosen, settings, asdict(source), table
            )
            scores.append(train_numbered(run, out, label, resume=resume))
    show_spread("accuracy", scores)


def _table(start: WordVectors, task: Task, seed: int) -> Vectors:
    """A vector for each word of the task; shows how many are known."""
    table, known = initial_vectors(start, task.vocabulary, rng=np.random.default_rng([seed, 2]))
    typer.echo(f"{known:,} of {len(task.vocabulary):,} words have a vector")
    return table


def _sources(
    corpus: str, data: Path | None, folds: int, seeds: range
) -> Iterator[tuple[str, TextSource]]:
    """A corpus for each run, with what tells its file from those of the others."""
    if folds < 0 or folds == 1:
        raise UsageError(f"a cross-validation has at least 2 folds, not {folds}; 0 makes none")
    for seed in seeds:
        for fold in range(1, folds + 1) if folds else (0,):
            labels = [f"seed{seed}"] * (len(seeds) > 1) + [f"fold{fold}"] * bool(fold)
            where = None if data is None else str(data)
            yield "-".join(labels), TextSource(corpus, where, seed, folds, fold)
