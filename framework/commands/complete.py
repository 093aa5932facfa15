"""`gradus complete`: the likeliest next words of a text, as a keyboard offers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import CheckpointFile, CheckpointSetup, with_options
from framework.commands.output import say
from framework.commands.writing import (
    Must,
    MustNot,
    RuleFile,
    Writing,
    load_writing,
    warn_of_unknown,
)

if TYPE_CHECKING:
    from framework.evaluation.text_rules import Automaton


@with_options
def complete(
    chosen: CheckpointSetup,
    checkpoint: CheckpointFile,
    text: Annotated[
        str,
        typer.Argument(metavar="TEXT", help='The words so far; "" is the start of a sentence.'),
    ],
    count: Annotated[int, typer.Option(min=1, help="Number of suggestions.")] = 5,
    words: Annotated[
        int, typer.Option(min=1, help="Number of words ahead, each suggestion's length.")
    ] = 1,
    must: Must = None,
    must_not: MustNot = None,
    rule: RuleFile = None,
) -> None:
    """Show the likeliest next words of TEXT with their probabilities, as a keyboard offers them.

    With --words N, a suggestion is one of the likeliest next words and the likeliest words after
    it, which a beam search finds. Its probability is that of all its words together. A suggestion
    that ends the sentence ends with </s>. The model's own probabilities are shown; <unk> and
    padding are not suggested. A model of characters suggests characters. One of subwords suggests
    the rest of a word, or with the mark ▁ a new one.
    """
    from framework.commands.setup import unfinished_parts
    from framework.data.vocabulary import EOS, PAD, SPECIAL, UNK
    from framework.evaluation.text_rules import rule_of

    writing = load_writing(checkpoint, chosen)
    tokens, vocabulary = writing.tokens, writing.saved.vocabulary
    read = tokens.split(text)
    warn_of_unknown(read, vocabulary)
    refused = (SPECIAL[PAD], SPECIAL[UNK], *(must_not or ()))
    automaton = rule_of(vocabulary, must=must or (), must_not=refused, file=rule)
    ids = [EOS, *vocabulary.encode(read).tolist()]
    with unfinished_parts(writing.computing):
        for probability, suggestion in _suggestions(writing, automaton, ids, count, words):
            say(f"{probability:.4f}  {tokens.shown(vocabulary.decode(suggestion))}")


def _suggestions(
    writing: Writing, rule: Automaton | None, prompt: list[int], count: int, words: int
) -> list[tuple[float, list[int]]]:
    """Return up to `count` continuations of up to `words` ids, with their probabilities."""
    import numpy as np

    from framework.data.vocabulary import EOS
    from framework.interfaces import read_tokens

    model, arrays = writing.model(), writing.computing.arrays
    ruled = writing.ruled(model, rule, prompt, words)
    ids = arrays.from_numpy(np.array([prompt], dtype=np.int64))
    log_probabilities, _ = read_tokens(ruled, ids, ruled.initial_state(1))[-1]
    scores = arrays.to_numpy(log_probabilities)[0]
    suggestions = []
    for first in np.argsort(-scores, kind="stable")[:count].tolist():
        after: list[int] = []
        log_p = float(scores[first])
        if words > 1 and first != EOS and np.isfinite(log_p):
            after, more = writing.likeliest(model, rule, [*prompt, first], words - 1, count)
            log_p += more
        suggestions.append((float(np.exp(log_p)), [first, *after]))
    allowed = [suggestion for suggestion in suggestions if suggestion[0] > 0]
    return sorted(allowed, key=lambda suggestion: -suggestion[0])
