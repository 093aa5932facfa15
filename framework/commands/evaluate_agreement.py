"""The table of `gradus evaluate --task agreement`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from framework.errors import UsageError
from framework.evaluation.agreement import AgreementScore, agreement_score
from framework.evaluation.agreement_items import read_agreement_items
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint


def agreement_lines(saved: Checkpoint, backend: Backend, data: Path | None) -> Iterator[str]:
    """Yield the accuracy of the checkpoint's model, a line per number of attractors.

    Raises:
        UsageError: the folder of the items is missing.
    """
    if data is None:
        raise UsageError("`--task agreement` needs the folder with the items: `--data FOLDER`")
    items = read_agreement_items(data)
    score = agreement_score(saved.restore(backend), items, saved.vocabulary, backend.arrays)
    yield "attractors   items   accuracy"
    for attractors, count in score.items.items():
        yield _line(str(attractors), score.right[attractors], count)
    yield _line("all", sum(score.right.values()), sum(score.items.values()))
    yield from _unknown(score)


def _line(name: str, right: int, items: int) -> str:
    return f"{name:<10}  {items:6,}   {right / items:8.1%}"


def _unknown(score: AgreementScore) -> Iterator[str]:
    if score.left_out:
        yield f"left out: {score.left_out:,} items with a verb that is not in the vocabulary"
    yield f"{score.unknown_words:.1%} of the words before the verbs were read as <unk>"
