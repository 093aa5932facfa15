"""`gradus agreement`: how often a language model prefers the right form of a verb."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import CheckpointFile, CheckpointSetup, with_options
from framework.commands.output import say
from framework.commands.writing import load_writing

if TYPE_CHECKING:
    from plugins.lectures.evaluation.agreement import AgreementScore


@with_options
def agreement(
    chosen: CheckpointSetup,
    checkpoint: CheckpointFile,
    data: Annotated[
        Path, typer.Option(help="Folder with the items: a file *.text and a file *.gold.")
    ],
) -> None:
    """Measure subject-verb agreement of a trained language model.

    An item is correct if the model gives the correct verb form the higher probability. The accuracy
    is shown by the number of attractors: misleading nouns before the verb (Linzen et al. 2016).
    """
    from framework.commands.setup import describe_parts, unfinished_parts
    from plugins.lectures.evaluation.agreement import agreement_score
    from plugins.lectures.evaluation.agreement_items import read_agreement_items

    writing = load_writing(checkpoint, chosen)
    items, computing = read_agreement_items(data), writing.computing
    with unfinished_parts(computing):
        score = agreement_score(writing.model(), items, writing.saved.vocabulary, computing.arrays)
    for line in [*describe_parts(computing), *_lines(score)]:
        say(line)


def _lines(score: AgreementScore) -> Iterator[str]:
    """Yield the accuracy, a line per number of attractors."""
    yield "attractors   items   accuracy"
    for attractors, count in score.items.items():
        yield _line(str(attractors), score.right[attractors], count)
    yield _line("all", sum(score.right.values()), sum(score.items.values()))
    if score.left_out:
        yield f"left out: {score.left_out:,} items with a verb that is not in the vocabulary"
    yield f"{score.unknown_words:.1%} of the words before the verbs were read as <unk>"


def _line(name: str, right: int, items: int) -> str:
    return f"{name:<10}  {items:6,}   {right / items:8.1%}"
