"""`gradus sample`: generates text with a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import islice
from pathlib import Path
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
from framework.commands.output import write_error

if TYPE_CHECKING:
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
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same text.")] = 0,
    backend: CheckpointBackend = None,
    provider: CheckpointProvider = None,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Generate text with a checkpoint, one sentence per line.

    Words are drawn from the model's distribution, or only from its likeliest words (--top-k,
    --top-p). --temperature 0 takes the likeliest word each time, and --beam searches for the
    likeliest sentence. A model of characters draws characters.
    """
    import numpy as np

    from framework.commands.setup import load_plugins, restored_backend, unfinished_parts
    from framework.data.vocabulary import EOS
    from framework.evaluation.sampling import sample_tokens
    from framework.training.checkpoints import load_checkpoint

    saved = load_checkpoint(checkpoint)
    plugins = load_plugins(plugin, block)
    computing = restored_backend(
        plugins, saved, backend, provider, submission=submission, device=device
    )
    words = saved.tokens.split(prompt)
    _warn_of_unknown(words, saved.vocabulary)
    with unfinished_parts(computing):
        model = saved.restore(computing)
        model.eval()
        # A text starts after the end of a sentence, as in training.
        ids = [EOS, *saved.vocabulary.encode(words).tolist()]
        if beam is not None:
            search, prefix = computing.function("beam_search"), np.array(ids)
            text, _ = search(model, computing.arrays.from_numpy(prefix), length, beam, end=EOS)
            tokens = iter(computing.arrays.to_numpy(text).tolist())
        else:
            tokens = sample_tokens(
                model,
                ids,
                arrays=computing.arrays,
                temperature=temperature,
                truncate=_truncation(computing, top_k, top_p),
                rng=np.random.default_rng(seed),
            )
        _write(words, islice(tokens, length), saved.vocabulary, saved.tokens.between)


def _truncation(computing: Backend, top_k: int | None, top_p: float | None) -> Truncate | None:
    """Return the truncation of the distribution; None without --top-k and --top-p."""
    if top_k is None and top_p is None:
        return None
    return partial(computing.function("truncate"), top_k=top_k, top_p=top_p)


def _warn_of_unknown(words: list[str], vocabulary: Vocabulary) -> None:
    unknown = [word for word in words if word not in vocabulary]
    if unknown:
        write_error(f"not in the vocabulary, read as <unk>: {' '.join(unknown)}")


def _write(words: list[str], tokens: Iterable[int], vocabulary: Vocabulary, between: str) -> None:
    """Print each token immediately, `between` two of a line; an end of a sentence ends it."""
    from framework.data.vocabulary import EOS

    typer.echo(between.join(words), nl=False)
    is_started = bool(words)
    for token in tokens:
        text = "\n" if token == EOS else vocabulary.words[token]
        typer.echo(f"{between if is_started and token != EOS else ''}{text}", nl=False)
        is_started = token != EOS
    if is_started:
        typer.echo("")
