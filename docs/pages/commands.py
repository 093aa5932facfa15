"""The pages that commands write themselves: what ``--help`` says, and listings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from framework.cli import Root

#: Columns of a terminal that fit into the column of text.
COLUMNS = "88"
#: One exercise of each kind of training stands for all: its options are those of the kind.
TRAINED = (
    *("rnn_lm", "kneser_ney", "window_classifier", "text_cnn", "conv_seq2seq", "conditional_lm"),
    *("word2vec", "cbow"),
)

_SCRIPTS = {"grade": "autograder.cli", "gradus": "framework.cli"}
_INTRODUCTION = """# Commands

`grade` grades; `gradus` does all the rest. Every command explains itself with `--help`; these
are the same texts.
"""
_LISTINGS = {
    "corpora": "# Corpora\n\nWhat `--corpus` may name, as `gradus corpora` lists it.",
    "plugins": "# Plugins\n\nWhat the course and every plugin offer, as `gradus plugins` says.",
}


def command_pages(root: Path) -> dict[str, str]:
    """Return path -> text of the page of all commands and of the listings, run in `root`."""
    calls = [("grade",), *(("gradus", name) for name in Root.lazy_subcommands)]
    calls += [("gradus", "train", name) for name in TRAINED]
    helps = [text for call in calls for text in _explained(root, *call)]
    listings = {f"{name}.md": f"{head}\n\n{_output(root, 'gradus', name)}"
                for name, head in _LISTINGS.items()}  # fmt: skip
    return {"commands.md": "\n".join([_INTRODUCTION, *helps]), **listings}


def _explained(root: Path, *call: str) -> Iterator[str]:
    """Yield what ``--help`` says of a command, then of the commands of a group."""
    text = _output(root, *call, "--help")
    yield f"## {' '.join(call)}\n\n{text}"
    _, _, listed = text.partition("\nCommands:\n")
    if call != ("gradus", "train"):
        for name in re.findall(r"^  (\S+)", listed, re.MULTILINE):
            yield from _explained(root, *call, name)


def _output(root: Path, program: str, *arguments: str) -> str:
    """Return what the command prints, as a block of Markdown."""
    main = f"import sys; from {_SCRIPTS[program]} import main; sys.argv[0] = {program!r}; main()"
    done = subprocess.run(
        [sys.executable, "-c", main, *arguments],
        cwd=root,
        env={**os.environ, "COLUMNS": COLUMNS, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.rstrip() for line in done.stdout.strip().splitlines())
    return "```text\n" + "\n".join(lines) + "\n```\n"
