"""`gradus tokenize`: a text in the tokens of a model, or in subwords that are learned."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import CheckpointSetup, with_options
from framework.commands.output import announce
from framework.errors import UsageError

if TYPE_CHECKING:
    from framework.data.corpus_registry import Corpora
    from framework.data.tokens import Tokens
    from framework.data.vocabulary import Vocabulary
    from framework.providers.backends import Backend

#: What stands between two tokens.
BORDER = "│"


@with_options
def tokenize(
    chosen: CheckpointSetup,
    checkpoint: Annotated[
        Path | None,
        typer.Argument(
            metavar="CHECKPOINT", help="A checkpoint, whose tokens are shown.", show_default=False
        ),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(
            help="The text that subwords are learned from, without a checkpoint: a text file, or "
            "a name in `gradus corpora`."
        ),
    ] = None,
    merges: Annotated[
        int, typer.Option(min=1, max=9_999_999, help="Number of merges to learn, at most.")
    ] = 1000,
    text: Annotated[
        str | None, typer.Option(help="A line. Default: each line of the standard input.")
    ] = None,
    ids: Annotated[
        bool, typer.Option("--ids", help="Show the ids of the tokens instead of their text.")
    ] = False,
) -> None:
    """Show the tokens of a text: a line for each of its lines.

    The tokens are those of a checkpoint, as `gradus train --tokens` chose them. With --corpus,
    subwords are learned from a text: the most frequent pair of tokens becomes one token, again and
    again. Frequent words are one token then, rare ones a few, and no word is unknown. The mark ▁ is
    a blank, and \\x.. a byte that is only a part of a character.

        gradus tokenize checkpoints/rnn_lm.safetensors --text "the key is here"

        gradus tokenize --corpus book.txt --merges 500 --text "an unread word"
    """
    from framework.commands.setup import unfinished_parts
    from framework.training.checkpoints import load_checkpoint

    if (checkpoint is None) == (corpus is None):
        raise UsageError(
            "give either a checkpoint, or with `--corpus` a text to learn subwords from: "
            "`gradus tokenize --help` has examples"
        )
    saved = None if checkpoint is None else load_checkpoint(checkpoint)
    computing = chosen.chosen_backend(saved)
    with unfinished_parts(computing):
        if saved is not None:
            tokens, vocabulary = saved.tokens(computing), saved.vocabulary
        else:
            corpora = chosen.plugins.corpora
            tokens, vocabulary = _learned(corpus or "", merges, computing, corpora)
    if text is None and sys.stdin.isatty():
        announce("Write lines of text; Ctrl-D ends.")
    with unfinished_parts(computing):
        for line in sys.stdin if text is None else [text]:
            typer.echo(_shown(line.removesuffix("\n"), tokens, vocabulary, ids))


def _learned(
    name: str, merges: int, computing: Backend, corpora: Corpora
) -> tuple[Tokens, Vocabulary]:
    """Return subwords that are learned from the training part of the corpus `name`."""
    from framework.data.subwords import tokens_of
    from plugins.lectures.formats.corpus_files import load_corpus

    unlearned = tokens_of(f"subwords:{merges}", computing.function)
    corpus = load_corpus(name, corpora, tokens=unlearned)
    return corpus.tokens, corpus.vocabulary


def _shown(line: str, tokens: Tokens, vocabulary: Vocabulary, ids: bool) -> str:
    """Return the tokens of `line`, with visible borders, or their ids."""
    pieces = tokens.split(line)
    if ids:
        return " ".join(map(str, vocabulary.encode(pieces)))
    return BORDER.join(tokens.shown([token]) for token in pieces)
