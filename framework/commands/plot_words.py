"""`gradus plot-words`: chosen words as points of a plane."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framework.commands.options import TRAINED_VECTORS, VectorFile
from framework.training.trained_vectors import load_vectors


def plot_words(
    words: Annotated[list[str], typer.Argument(help="Words that have vectors, at least three.")],
    vectors: VectorFile = TRAINED_VECTORS,
    out: Annotated[Path, typer.Option(help="The picture: .png, .svg or .pdf.")] = Path("words.png"),
) -> None:
    """Draw WORDS where their vectors lie in the plane that shows most of how they differ.

    The axes are the two principal components of these words alone: other words, another plane.
    """
    from framework.plotting.word_map import plot_words as draw

    across, up = draw(load_vectors(vectors), words, out)
    typer.echo(f"Saved {out}: {len(words)} words, {across + up:.0%} of how they differ.")
