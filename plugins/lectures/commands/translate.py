"""`gradus translate`: the likeliest translations of sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import CheckpointFile, CheckpointSetup, with_options
from framework.commands.output import announce, say
from framework.commands.writing import Must, MustNot, RuleFile, Writing, load_writing
from framework.errors import BadInputError, UsageError

if TYPE_CHECKING:
    from framework.evaluation.text_rules import Automaton
    from framework.interfaces import Array


@with_options
def translate(
    chosen: CheckpointSetup,
    checkpoint: CheckpointFile,
    text: Annotated[
        str | None,
        typer.Option(help="A sentence. Default: each line of the standard input."),
    ] = None,
    beam: Annotated[
        int, typer.Option(min=1, help="Number of hypotheses of the beam search; 1 is greedy.")
    ] = 1,
    length: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Maximum number of words. Default: the longest length in training.",
        ),
    ] = None,
    alignment: Annotated[
        bool,
        typer.Option(
            "--alignment",
            help="Show the source word of each word, if the model has an alignment.",
        ),
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.svg",
            help="Draw the weights of the alignment of the sentence `--text` in this file.",
        ),
    ] = None,
    must: Must = None,
    must_not: MustNot = None,
    rule: RuleFile = None,
) -> None:
    """Translate sentences with a checkpoint: a line for each sentence.

    The checkpoint is that of a translator (attentive_translator, conv_seq2seq,
    transformer_translator) or of a conditional language model (conditional_lm), which writes the
    likeliest sentence for the words of the source. The models know the words of their training
    alone: other words are read as <unk>. With attention, a translator also shows which source word
    it has looked at.

        gradus translate CHECKPOINT --text "the red cat sees a dog"
    """
    from framework.commands.setup import unfinished_parts
    from framework.evaluation.text_rules import rule_of

    writing = load_writing(checkpoint, chosen)
    if writing.writer.source is None or writing.writer.length is None:
        raise UsageError(f"{writing.saved.model} is no translator. {writing.fitting_commands()}")
    if (alignment or plot) and writing.writer.alignment is None:
        option = "--alignment" if alignment else "--plot"
        raise UsageError(f"{writing.saved.model} has no alignment: leave out `{option}`")
    if plot and text is None:
        raise UsageError("`--plot` draws one sentence: give it with `--text`")
    automaton = rule_of(
        writing.saved.vocabulary, must=must or (), must_not=must_not or (), file=rule
    )
    most = length or writing.writer.length
    with unfinished_parts(writing.computing):
        for sentence in _sentences(text):
            for line in _translated(writing, sentence, most, beam, automaton, alignment, plot):
                say(line)


def _sentences(text: str | None) -> Iterator[str]:
    """Yield `text`, or the lines of the standard input.

    Raises:
        BadInputError: there is no word in them.
    """
    if text is None:
        announce("One sentence on each line; Ctrl-D ends.")
    has_words = False
    for line in sys.stdin if text is None else [text]:
        has_words = has_words or bool(line.strip())
        if has_words or text is None:
            yield line
    if not has_words:
        raise BadInputError('no sentence to translate: give one with `--text "..."`')


def _translated(
    writing: Writing,
    sentence: str,
    length: int,
    beam: int,
    rule: Automaton | None,
    alignment: bool,
    plot: Path | None,
) -> Iterator[str]:
    """Yield the translation of `sentence`, and its alignment; an empty line stays empty."""
    from framework.data.vocabulary import EOS

    if not sentence.strip():
        yield ""
        return
    ids = writing.written(writing.model(sentence), rule, [EOS], length, beam)
    tokens = writing.tokens
    words = writing.saved.vocabulary.decode([id for id in ids if id != EOS])
    yield tokens.join(words)
    if (alignment or plot) and writing.writer.alignment is not None:
        source = tokens.split(sentence)
        shares = writing.writer.alignment(source, ids)[: len(words)]
        named, sources = (
            [tokens.shown([word]) for word in side] for side in (words, [*source, "</s>"])
        )
        if alignment:
            yield from _aligned(named, sources, shares)
        if plot:
            _draw(named, sources, shares, plot)
            yield f"drawn in {plot}"


def _aligned(words: Sequence[str], source: Sequence[str], shares: Array) -> Iterator[str]:
    """Yield the source word with the largest share of each word."""
    for word, row in zip(words, shares, strict=True):
        index = int(row.argmax())
        yield f"  {word} <- {source[index]} ({row[index]:.2f})"


def _draw(words: Sequence[str], source: Sequence[str], shares: Array, path: Path) -> None:
    """Write the `shares` of the source words in each word to the SVG file `path`."""
    from framework.plotting.charts import Matrix
    from framework.plotting.matrix_svg import save_matrix

    values = tuple(tuple(min(max(float(share), 0.0), 1.0) for share in row) for row in shares)
    save_matrix(Matrix(" ".join(words), tuple(words), tuple(source), values), path)
