"""BLEU of translations with its interval, and chrF: computed by the functions of a backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framework.interfaces import Array
from framework.providers.backends import Backend

Words = Sequence[str]


def translation_quality(
    hypotheses: Sequence[Words], references: Sequence[Words], backend: Backend
) -> str:
    """Return BLEU, its 95 % interval and chrF of translations, for a report.

    Args:
        hypotheses: the words of each translation; they are the tokens of BLEU.
        references: the words of the right translation of each.
        backend: offers the functions of the exercise `evaluation`.
    """
    bleu = backend.function("bleu")
    statistics = backend.function("bleu_statistics")(hypotheses, [[each] for each in references])

    def scores(sums: Any) -> Array:
        return np.array([bleu(row) for row in sums])

    interval = backend.function("bootstrap_interval")
    low, high = interval(statistics, scores, rng=np.random.default_rng(0))
    chrf = backend.function("chrf")(*([" ".join(words) for words in side]
                                      for side in (hypotheses, references)))  # fmt: skip
    return (
        f"BLEU {bleu(statistics.sum(0)):.2f} (95 % interval {low:.2f} to {high:.2f}), "
        f"chrF {chrf:.2f}, tokens are words"
    )
