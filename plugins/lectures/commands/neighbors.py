"""`gradus neighbors`, `analogy`, `plot-words` and `word-similarity`: relations of word vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.output import announce, say, write_error

if TYPE_CHECKING:
    from plugins.lectures.evaluation.word_similarity import Scored

VectorFile = Annotated[
    Path | None,
    typer.Option(
        "--vectors",
        help="A checkpoint of word vectors, as of `gradus train skip_gram`, or vectors in "
        "word2vec's text format. Default: what `gradus train` wrote last in `checkpoints`.",
    ),
]

Count = Annotated[int, typer.Option(min=1, help="Number of words to show.")]


def neighbors(
    word: Annotated[str, typer.Argument(metavar="WORD", help="A word that has a vector.")],
    vectors: VectorFile = None,
    count: Count = 10,
) -> None:
    """Show the words nearest to WORD, with their cosines.

    A cosine of 1 means the same direction, and 0 means orthogonal vectors. Words in similar
    contexts get near vectors. This includes opposites such as good and bad.
    """
    from plugins.lectures.evaluation.word_similarity import neighbors as find_neighbors
    from plugins.lectures.training.trained_vectors import load_vectors

    _show(find_neighbors(load_vectors(_file(vectors)), word, count))


def analogy(
    a: Annotated[str, typer.Argument(metavar="A", help="First word of a known pair, as in: man")],
    b: Annotated[str, typer.Argument(metavar="B", help="Second word of that pair, as in: king")],
    c: Annotated[str, typer.Argument(metavar="C", help="The word to complete, as in: woman")],
    vectors: VectorFile = None,
    count: Count = 10,
) -> None:
    """Show the words D for which A is to B as C is to D.

    With man, king and woman, the expected word is queen. The command shows the words nearest to the
    vector b − a + c, with their cosines. A, B and C are left out: the nearest word is often one of
    them.
    """
    from plugins.lectures.evaluation.word_similarity import analogy as find_analogy
    from plugins.lectures.training.trained_vectors import load_vectors

    _show(find_analogy(load_vectors(_file(vectors)), a, b, c, count))


def plot_words(
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORD", help="Words, of which at least three have vectors."),
    ],
    vectors: VectorFile = None,
    out: Annotated[Path, typer.Option(help="SVG file to write.")] = Path("words.svg"),
) -> None:
    """Draw the vectors of WORDS in the plane of their two principal components.

    The components are computed from WORDS only, so other words give another plane. Words without a
    vector are left out, with a note.
    """
    from plugins.lectures.evaluation.word_map import plot_words as draw
    from plugins.lectures.training.trained_vectors import load_vectors

    file = _file(vectors)
    shown = draw(load_vectors(file), words, out, f"Word vectors of {file.name}")
    for error in shown.unknown:
        write_error(f"left out: {error}")
    share = sum(shown.shares)
    say(f"Saved {out}: {len(shown.drawn)} words, {share:.0%} of their variance.")


def word_similarity(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="A file with word, word, score on each line."),
    ],
    vectors: VectorFile = None,
) -> None:
    """Compare cosines of word vectors with the human scores of word pairs in each FILE.

    The command shows Spearman's rank correlation, and how many pairs have two words with vectors.
    """
    from plugins.lectures.evaluation.word_similarity import judged_similarity, read_judged_pairs
    from plugins.lectures.training.trained_vectors import load_vectors

    known = load_vectors(_file(vectors))
    judged = {file: read_judged_pairs(file) for file in files}
    width = max(len(file.name) for file in files)
    for file, pairs in judged.items():
        rho, used = judged_similarity(known, pairs)
        say(f"{file.name:<{width}}  Spearman {rho:6.3f}  {used} of {len(pairs)} pairs")


def _file(vectors: Path | None) -> Path:
    """Return the file `vectors`; without a name the one that training wrote last."""
    if vectors is None:
        from plugins.lectures.training.trained_vectors import last_trained_vectors

        vectors = last_trained_vectors()
        announce(f"vectors of {vectors}")
    return vectors


def _show(neighbors: Scored) -> None:
    width = max((len(word) for word, _ in neighbors), default=0)
    for word, cosine in neighbors:
        say(f"{word:<{width}}  {cosine:6.3f}")
