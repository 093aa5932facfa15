"""Options that all classifiers are trained with, and what they are together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from framework.data.built_in_corpora import corpus_help
from framework.data.corpus_entry import LABELLED_TEXTS

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The folder of a corpus that is read from files."),
]
TextCorpusName = Annotated[
    str,
    typer.Option(
        "--corpus",
        help=corpus_help(LABELLED_TEXTS, file="a label and words on each line"),
    ),
]
MinimumCount = Annotated[
    int, typer.Option(min=1, help="Rarer words of the texts to learn from become <unk>.")
]
Epochs = Annotated[int, typer.Option(min=1, help="Times that all examples are seen.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Examples per step.")]
OptimizerName = Annotated[
    str, typer.Option(help="NAME or NAME@PROVIDER, with arguments as momentum:mu=0.8.")
]
LearningRate = Annotated[float, typer.Option(min=0.0, help="Of the optimizer.")]
Precision = Annotated[
    Literal["float64", "float32"], typer.Option(help="float32 is faster, less exact.")
]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same run.")]
Seeds = Annotated[
    int, typer.Option(min=1, help="Runs with so many seeds from --seed on: mean and spread.")
]
Out = Annotated[
    Path | None, typer.Option(help="Where to save. Default: checkpoints/NAME.safetensors.")
]
