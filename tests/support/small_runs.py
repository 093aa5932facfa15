"""Small runs of `gradus train`, one of each kind, and their corpora."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

from gradus_command import gradus
from repository import ROOT, text_of

#: Small corpora of the kinds that are read from files.
CORPORA = ROOT / "tests" / "support" / "small_corpora"
FILES = ("text.txt", "reviews.txt", "pairs.tsv", "eng.train", "eng.testa", "eng.testb")

#: Kind of run -> the words of its command after `gradus train`.
RUNS = {
    kind: words.split()
    for kind, words in tomllib.loads(text_of("training/small_runs.toml")).items()
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
    return [float(result) for result in re.findall(r"^epoch .*?loss (\S+)", printed, re.MULTILINE)]
