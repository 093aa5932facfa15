"""Small runs of `gradus train`, one of each kind, and their corpora."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from gradus_command import gradus
from repository import ROOT

#: Small corpora of the kinds that are read from files.
CORPORA = ROOT / "tests" / "support" / "small_corpora"
FILES = ("text.txt", "reviews.txt", "pairs.tsv", "eng.train", "eng.testa", "eng.testb")

RUNS = {
    "language_model": (
        *("rnn_lm", "--corpus", "text.txt", "--cell", "lstm", "--layers", 2),
        *("--dropout", "dropout:keep_probability=0.8"),
        *("--embedding-size", 3, "--hidden-size", 4, "--batch-size", 4, "--unroll", 9),
    ),
    "tagger": (
        *("window_classifier", "--corpus", "conll2003", "--data", ".", "--batch-size", 16),
        *("--set", "embedding_size=3", "--set", "hidden_size=4"),
    ),
    "text_classifier": (
        *("text_cnn", "--corpus", "reviews.txt", "--batch-size", 8, "--set", "embedding_size=3"),
        *("--set", "maps=2", "--set", "keep_probability=0.5"),
    ),
    "pairs": (
        *("conv_seq2seq", "--corpus", "pairs.tsv", "--batch-size", 8, "--set", "embedding_size=3"),
        *("--set", "hidden_size=4"),
    ),
    "conditions": (
        *("conditional_lm", "--corpus", "pairs.tsv", "--batch-size", 8),
        *("--set", "embedding_size=3", "--set", "hidden_size=4"),
    ),
    "cbow": (
        *("cbow", "--corpus", "text.txt", "--dimension", 4, "--min-count", 1),
        *("--batch-size", 32, "--subsample", 0.5),
    ),
    "word_vectors": (
        *("skip_gram", "--corpus", "text.txt", "--dimension", 4, "--min-count", 1),
        *("--batch-size", 32, "--subsample", 0.5),
    ),
    "window_scores": (
        *("window_scorer", "--corpus", "conll2003", "--data", ".", "--batch-size", 4),
        *("--embedding-size", 3, "--transform", "whitening", "--set", "hidden_size=4"),
    ),
}


def copy_corpora(folder: Path) -> None:
    """Copy the small corpora into `folder`."""
    for name in FILES:
        shutil.copy(CORPORA / name, folder)


def train(kind: str, out: Any, *options: Any, epochs: int = 2) -> str:
    """Train the small run of the kind `kind`, and return what was printed."""
    return gradus("train", *RUNS[kind], "--epochs", epochs, "--out", out, *options)


def losses(printed: str) -> list[float]:
    """Return the losses of the epochs that were printed."""
    return [float(found) for found in re.findall(r"^epoch .*?loss (\S+)", printed, re.MULTILINE)]
