"""`gradus neighbors`, `analogy` and `plot-words`: show relations between word vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import TRAINED_VECTORS, VectorFile
from framework.commands.output import say, write_error

if TYPE_CHECKING:
    from framework.evaluation.word_similarity import Scored

Count = Annotated[int, typer.Option(min=1, help="Number of words to show.")]


def neighbors(
    word: Annotated[str, typer.Argument(metavar="WORD", help="A word that has a vector.")],
    vectors: VectorFile = TRAINED_VECTORS,
    count: Count = 10,
) -> None:
    """Show the words nearest to WORD, with their cosines.

    A cosine of 1 means the same direction, and 0 means orthogonal vectors. Words in similar
    contexts get near vectors. This includes opposites such as good and bad.
    """
    from framework.evaluation.word_similarity import neighbors as find_neighbors
    from framework.training.trained_vectors import load_vectors

    _show(find_neighbors(load_vectors(vectors), word, count))


def analogy(
    a: Annotated[str, typer.Argument(metavar="A", help="First word of a known pair, as in: man")],
    b: Annotated[str, typer.Argument(metavar="B", help="Second word of that pair, as in: king")],
    c: Annotated[str, typer.Argument(metavar="C", help="The word to complete, as in: woman")],
    vectors: VectorFile = TRAINED_VECTORS,
    count: Count = 10,
) -> None:
    """Show the words D for which A is to B as C is to D.

    With man, king and woman, the expected word is queen. The command shows the words nearest to the
    vector b − a + c, with their cosines. A, B and C are left out: the nearest word is often one of
    them.
    """
    from framework.evaluation.word_similarity import analogy as find_analogy
    from framework.training.trained_vectors import load_vectors

    _show(find_analogy(load_vectors(vectors), a, b, c, count))


def plot_words(
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORD", help="Words, of which at least three have vectors."),
    ],
    vectors: VectorFile = TRAINED_VECTORS,
    out: Annotated[Path, typer.Option(help="SVG file to write.")] = Path("words.svg"),
) -> None:
    """Draw the vectors of WORDS in the plane of their two principal components.

    The components are computed from WORDS only, so other words give another plane. Words without a
    vector are left out, with a note.
    """
    from framework.plotting.word_map import plot_words as draw
    from framework.training.trained_vectors import load_vectors

    shown = draw(load_vectors(vectors), words, out, f"Word vectors of {vectors.name}")
    for error in shown.unknown:
        write_error(f"left out: {error}")
    share = sum(shown.shares)
    say(f"Saved {out}: {len(shown.drawn)} words, {share:.0%} of their variance.")


def _show(neighbors: Scored) -> None:
    width = max((len(word) for word, _ in neighbors), default=0)
    for word, cosine in neighbors:
        say(f"{word:<{width}}  {cosine:6.3f}")
