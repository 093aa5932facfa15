"""`gradus sample`: generates text with a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framework.commands.options import CheckpointFile, CheckpointSetup, with_options
from framework.commands.output import write_error
from framework.commands.writing import Must, MustNot, RuleFile, load_writing, warn_of_unknown
from framework.errors import BadInputError, UsageError

if TYPE_CHECKING:
    from framework.data.tokens import Tokens
    from framework.data.vocabulary import Vocabulary
    from framework.evaluation.sampling import Tempered, Truncate
    from framework.interfaces import LanguageModel
    from framework.providers.backends import Backend


@with_options
def sample(
    chosen: CheckpointSetup,
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
    draft: Annotated[
        Path | None,
        typer.Option(
            metavar="CHECKPOINT",
            help="A small model of the same vocabulary drafts tokens, and the checkpoint accepts "
            "or replaces them (speculative decoding): the same distribution with fewer calls.",
        ),
    ] = None,
    draft_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="Number of tokens that --draft writes for a call. Default: 4."),
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
) -> None:
    """Generate text with a checkpoint, one sentence per line.

    Words are drawn from the model's distribution, or only from its likeliest words (--top-k,
    --top-p). --temperature 0 takes the likeliest word each time, and --beam searches for the
    likeliest sentence. A model of characters or subwords draws these. With --draft, the text is
    drawn by `speculative_sample` of the exercise `speculative_decoding`.

    With a condition or a rule it is one sentence, which ends after --length words at the latest. A
    rule combines the model with knowledge that it has not learned: a word after which no sentence
    fulfils the rule gets the probability 0.
    """
    import numpy as np

    from framework.commands.setup import unfinished_parts
    from framework.data.vocabulary import EOS
    from framework.evaluation.sampling import Tempered, first_sentence, sample_tokens
    from framework.evaluation.text_rules import rule_of

    _check_draft(draft, draft_tokens, beam)
    writing = load_writing(checkpoint, chosen)
    saved, computing = writing.saved, writing.computing
    words, vocabulary = writing.tokens.split(prompt), saved.vocabulary
    warn_of_unknown(words, vocabulary)
    automaton = rule_of(vocabulary, must=must or (), must_not=must_not or (), file=rule)
    # A text starts after the end of a sentence, as in training.
    ids = [EOS, *vocabulary.encode(words).tolist()]
    end = EOS if condition is not None or automaton is not None else None
    tokens: Iterable[int]
    with unfinished_parts(computing):
        model, rng = writing.model(condition), np.random.default_rng(seed)
        truncate = _truncation(computing, top_k, top_p)

        def tempered(model: LanguageModel) -> Tempered:
            ruled = writing.ruled(model, automaton, ids, length)
            return Tempered(ruled, computing.arrays, temperature, truncate)

        target, calls = tempered(model), ""
        if beam is not None:
            tokens = writing.written(model, automaton, ids, length, beam)
        elif draft is not None:
            small = tempered(writing.draft(draft, condition))
            k, prefix = draft_tokens or 4, computing.arrays.from_numpy(np.array(ids))
            tokens = _speculative(computing, target, small, prefix, length, k, end=end, rng=rng)
            fewer = len(tokens) - target.calls
            calls = f"{len(tokens)} tokens in {target.calls} calls of the model: {fewer} saved"
        else:
            tokens = sample_tokens(target, ids, arrays=computing.arrays, rng=rng)
        if end is not None:
            tokens = first_sentence(tokens)
        _write(words, islice(tokens, length), vocabulary, writing.tokens)
    if calls:
        write_error(calls)


def _check_draft(draft: Path | None, draft_tokens: int | None, beam: int | None) -> None:
    """Check the options together.

    Raises:
        UsageError: a beam with a draft, or tokens for a draft that is not given.
    """
    if draft is not None and beam is not None:
        raise UsageError("`--beam` searches and `--draft` draws: leave one of them out")
    if draft is None and draft_tokens is not None:
        raise UsageError("`--draft-tokens` needs the model that drafts: add `--draft CHECKPOINT`")


def _speculative(computing: Backend, *arguments: Any, **options: Any) -> list[int]:
    """Return the tokens that `speculative_sample` of the exercise draws.

    Raises:
        BadInputError: there is no token with a probability above 0 somewhere.
    """
    draw = computing.function("speculative_sample")
    try:
        with computing.in_force():
            tokens: list[int] = computing.arrays.to_numpy(draw(*arguments, **options)).tolist()
    except ValueError as error:
        raise BadInputError(
            f"speculative_sample raised a ValueError: {error}. Where no word has a probability, "
            "models with smoothing are needed, as `gradus train kneser_ney` trains one"
        ) from error
    return tokens


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

    # The tokens from the last complete one on: only they can change what comes next.
    line, printed = list(words), 0
    for id in chain([None], ids):
        if id == EOS:
            typer.echo(tokens.join(line)[printed:])
            line, printed = [], 0
        else:
            line += [] if id is None else [vocabulary.words[id]]
            text = tokens.join(line)
            complete = text.rstrip("\ufffd")
            typer.echo(complete[printed:], nl=False)
            printed = max(printed, len(complete))
            if complete == text:
                line = line[-1:]
                printed = len(tokens.join(line))
    if line:
        typer.echo(tokens.join(line)[printed:])
