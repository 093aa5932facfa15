"""`gradus attention`: what each head of a model attends to in a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framework.commands.options import CheckpointFile, CheckpointSetup, with_options
from framework.commands.output import console, say
from framework.errors import BadInputError, UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from framework.data.vocabulary import Ids
    from framework.interfaces import Array, Arrays
    from framework.providers.backends import Backend
    from framework.training.checkpoints import Checkpoint


@with_options
def attention(
    chosen: CheckpointSetup,
    checkpoint: CheckpointFile,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The words that the model reads.")],
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Draw the weights of all heads in this file."),
    ] = None,
) -> None:
    """Show for each head of a model which word each word of TEXT attends to most.

    The first table has a row for each head: the mean of its weights at the word itself, at the word
    before, and at the first word. The last column is the mean of its weights at words that have
    followed the same word before (the prefix matching score of the exercise induction). It is empty
    if no word of TEXT occurs twice. Then there is a table for each layer, with a row for each word.
    A language model also reads the end of a sentence before TEXT, as in its training.

        gradus attention CHECKPOINT "the cat sat and the cat"
    """
    import numpy as np

    from framework.commands.setup import unfinished_parts
    from framework.commands.writing import warn_of_unknown
    from framework.data.vocabulary import EOS
    from framework.training.checkpoints import load_checkpoint
    from framework.training.task_kinds import task_class

    saved = load_checkpoint(checkpoint)
    computing = chosen.chosen_backend(saved)
    kind = task_class(saved.kind, computing.registry).model_kind
    with unfinished_parts(computing):
        tokens = saved.tokens(computing)
        words = tokens.split(text)
        if not words:
            raise BadInputError("there is no word in TEXT: give at least one")
        warn_of_unknown(words, saved.vocabulary)
        before = [EOS] if kind == "language_model" else []
        ids = np.array([[*before, *saved.vocabulary.encode(words)]], dtype=np.int64)
        weights = _weights(saved, kind, computing, ids)
        scores = _matching_scores(computing, weights, ids)
    shown = [tokens.shown([word]) for word in saved.vocabulary.decode(ids[0])]
    output = console()
    output.print(_head_table(weights, scores))
    for name, of_heads in weights.items():
        say("")
        output.print(_word_table(name, of_heads, shown))
    if plot:
        _draw(weights, shown, f"{saved.model}: {tokens.join(words)}", plot)
        say(f"drawn in {plot}")


def _weights(saved: Checkpoint, kind: str, computing: Backend, ids: Ids) -> Mapping[str, Array]:
    """Return the weights of each part that attends, after a `forward` of `ids`.

    Raises:
        UsageError: the model reads two texts, or no part of it attends to the words of the text.
    """
    is_language_model = kind == "language_model"
    model = saved.restore(computing) if is_language_model else saved.restore_as(kind, computing)
    if hasattr(model, "alignment"):
        raise UsageError(
            f"{saved.model} attends to the words of another text: `gradus translate CHECKPOINT "
            "--text TEXT --plot FILE.svg` draws this"
        )
    model.eval()
    with computing.in_force():
        model.forward(computing.arrays.from_numpy(ids))
        weights = attention_weights(model, computing.arrays)
    if not weights:
        raise UsageError(
            f"no part of {saved.model} under {computing.name} has weights of attention: a model "
            "with attention is needed, such as `gradus train transformer_lm`"
        )
    return weights


def attention_weights(model: Any, arrays: Arrays) -> dict[str, Array]:
    """Return the weights of each part that attends, for the first text of the last `forward`.

    Args:
        model: a part attends if it has an attribute `weights` `(N, H, T, S)`; or `(N, T, S)`, for
            one head.
        arrays: of the backend.

    Returns: name of the part -> weights of each head, `(H, T, S)`.
    """
    from framework.models.parts import parts_of

    of_parts = {}
    for name, part in parts_of(model):
        weights = getattr(part, "weights", None)
        if len(getattr(weights, "shape", ())) in (3, 4):
            of_text = arrays.to_numpy(weights)[0]
            of_parts[name] = of_text if of_text.ndim == 3 else of_text[None]
    return of_parts


def _matching_scores(
    computing: Backend, weights: Mapping[str, Array], ids: Ids
) -> Mapping[str, Sequence[float]]:
    """Return the prefix matching scores of the heads of each part; none if no word is repeated."""
    if len(set(ids[0].tolist())) == ids.size:
        return {}
    score, arrays = computing.function("prefix_matching_score"), computing.arrays
    with computing.in_force():
        return {
            name: arrays.to_numpy(
                score(arrays.from_numpy(of_heads[None]), arrays.from_numpy(ids))
            ).tolist()
            for name, of_heads in weights.items()
        }


def _head_table(weights: Mapping[str, Array], scores: Mapping[str, Sequence[float]]) -> Table:
    """Return a row for each head, with the means of its weights at four kinds of words."""
    table = _table("head")
    for column in ("itself", "word before", "first word", "after the same word"):
        table.add_column(column, justify="right")
    for name, of_heads in weights.items():
        for h, alpha in enumerate(of_heads):
            means = [alpha.diagonal().mean()]
            means += [alpha.diagonal(-1).mean(), alpha[1:, 0].mean()] if len(alpha) > 1 else []
            cells = [f"{mean:.2f}" for mean in [*means, *scores.get(name, ())[h : h + 1]]]
            table.add_row(f"{name}, head {h + 1}", *cells)
    return table


def _word_table(name: str, of_heads: Array, words: Sequence[str]) -> Table:
    """Return a row for each word: the word with the largest weight of each head."""
    table = _table(name)
    for h in range(len(of_heads)):
        table.add_column(f"head {h + 1}", no_wrap=True)
    for t, word in enumerate(words):
        tops = ((words[row.argmax()], row.max()) for row in of_heads[:, t])
        table.add_row(word, *(f"{top} {share:.2f}" for top, share in tops))
    return table


def _table(first: str) -> Table:
    """Return a table with the column `first`."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(first, no_wrap=True)
    return table


def _draw(weights: Mapping[str, Array], words: Sequence[str], title: str, path: Path) -> None:
    """Write the weights of all heads to the SVG file `path`: a row of matrices for each part."""
    from framework.plotting.charts import Matrix
    from framework.plotting.matrix_svg import save_matrices

    def matrices(name: str, of_heads: Array) -> Iterator[Matrix]:
        for h, alpha in enumerate(of_heads.clip(0, 1)):
            values = tuple(map(tuple, alpha.tolist()))
            yield Matrix(f"{name}, head {h + 1}", tuple(words), tuple(words), values)

    save_matrices(title, [list(matrices(*item)) for item in weights.items()], path)
