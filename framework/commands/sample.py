"""`gradus sample`: generates text with a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import (
    BlockOption,
    CheckpointBackend,
    CheckpointFile,
    CheckpointProvider,
    Device,
    PluginOption,
    Submission,
)
from framework.commands.writing import Must, MustNot, RuleFile, load_writing, warn_of_unknown

if TYPE_CHECKING:
    from framework.data.tokens import Tokens
    from framework.data.vocabulary import Vocabulary
    from framework.evaluation.sampling import Truncate
    from framework.providers.backends import Backend


def sample(
    checkpoint: CheckpointFile,
    prompt: Annotated[str, typer.Option(help="The start of the text.")] = "",
    length: Annotated[int, typer.Option(min=1, help="Number of tokens to generate.")] = 60,
    temperature: Annotated[
        float,
        typer.Option(
            min=0.0, help="Below 1, likely words become more likely; 0 takes the likeliest word."
        ),
    ] = 1.0,
    top_k: Annotated[
        int | None, typer.Option(min=1, help="Draw only from the K likeliest words.")
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Draw only from the likeliest words whose probabilities sum to P.",
        ),
    ] = None,
    beam: Annotated[
        int | None,
        typer.Option(
            min=1, help="Search for the likeliest sentence by beam search with N hypotheses."
        ),
    ] = None,
    condition: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="The text that a conditional model writes about, as a sentence to translate.",
        ),
    ] = None,
    must: Must = None,
    must_not: MustNot = None,
    rule: RuleFile = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same text.")] = 0,
    backend: CheckpointBackend = None,
    provider: CheckpointProvider = None,
    device: Device = "cpu",
    submission: Submission = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Generate text with a checkpoint, one sentence per line.

    Words are drawn from the model's distribution, or only from its likeliest words (--top-k,
    --top-p). --temperature 0 takes the likeliest word each time, and --beam searches for the
    likeliest sentence. A model of characters or subwords draws these.

    With a condition or a rule it is one sentence, which ends after --length words at the latest. A
    rule combines the model with knowledge that it has not learned: a word after which no sentence
    fulfils the rule gets the probability 0.
    """
    import numpy as np

    from framework.commands.setup import unfinished_parts
    from framework.data.vocabulary import EOS
    from framework.evaluation.rules import rule_of
    from framework.evaluation.sampling import first_sentence, sample_tokens

    writing = load_writing(
        checkpoint,
        plugin=plugin,
        block=block,
        backend=backend,
        provider=provider,
        submission=submission,
        device=device,
    )
    saved, computing = writing.saved, writing.computing
    words, vocabulary = writing.tokens.split(prompt), saved.vocabulary
    warn_of_unknown(words, vocabulary)
    automaton = rule_of(vocabulary, must=must or (), must_not=must_not or (), file=rule)
    # A text starts after the end of a sentence, as in training.
    ids = [EOS, *vocabulary.encode(words).tolist()]
    with unfinished_parts(computing):
        model = writing.model(condition)
        if beam is not None:
            tokens = iter(writing.written(model, automaton, ids, length, beam))
        else:
            tokens = sample_tokens(
                writing.ruled(model, automaton, ids, length),
                ids,
                arrays=computing.arrays,
                temperature=temperature,
                truncate=_truncation(computing, top_k, top_p),
                rng=np.random.default_rng(seed),
            )
        if condition is not None or automaton is not None:
            tokens = first_sentence(tokens)
        _write(words, islice(tokens, length), vocabulary, writing.tokens)


def _truncation(computing: Backend, top_k: int | None, top_p: float | None) -> Truncate | None:
    """Return the truncation of the distribution; None without --top-k and --top-p."""
    if top_k is None and top_p is None:
        return None
    return partial(computing.function("truncate"), top_k=top_k, top_p=top_p)


def _write(words: list[str], ids: Iterable[int], vocabulary: Vocabulary, tokens: Tokens) -> None:
    """Print each token immediately after `words`; an end of a sentence ends the line.

    Bytes that may begin a character wait for the next ones.
    """
    from framework.data.vocabulary import EOS

    line, printed = list(words), ""
    for id in chain([None], ids):
        if id == EOS:
            typer.echo(tokens.join(line)[len(printed) :])
            line, printed = [], ""
        else:
            line += [] if id is None else [vocabulary.words[id]]
            text = tokens.join(line).rstrip("\ufffd")
            typer.echo(text[len(printed) :], nl=False)
            printed = text
    if line:
        typer.echo(tokens.join(line)[len(printed) :])
