"""The language model on several gated layers, and its accuracy of agreement.

Source: CS224n lecture 7, sections 3 and 4; Zaremba et al. (2014); Linzen et al. (2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from framework.models.deep_cells import stacked
from framework.models.parts import part
from plugins.networks.language_models.rnn_lm import RecurrentLM


class GatedLM(RecurrentLM):
    """ŷ_t = softmax(h_t U + b), with the states h_t of the highest of several gated layers.

    Source: CS224n lecture 7, sections 3 and 4; Zaremba et al. (2014).
    """

    names: ClassVar[Mapping[str, str]] = {"W": "U"}

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "lstm",
        layers: int = 1,
        *,
        rng: np.random.Generator,
    ) -> None:
        self._layers = layers
        super().__init__(vocabulary_size, embedding_size, hidden_size, cell, rng=rng)

    def _cell(self, cell: Any, E: int, H: int, rng: np.random.Generator) -> Any:
        return stacked(part, part(cell), E, H, self._layers, rng=rng)


def agreement_accuracy(
    model: Any, prefixes: Sequence[Any], right: Any, wrong: Any, distances: Any
) -> dict[int, float]:
    """Distance -> share of the items for which P(right | prefix) > P(wrong | prefix).

    The items are `prefixes`, M texts `(T_m,)`, and `right`, `wrong` and `distances`, `(M,)` each.

    Raises:
        ValueError: an empty prefix, or numbers of items that differ.
    """
    counts = {len(prefixes), len(right), len(wrong), len(distances)}
    if len(counts) > 1 or any(not len(prefix) for prefix in prefixes):
        raise ValueError("every item needs a prefix, a right and a wrong form, and a distance")
    answers: dict[int, list[bool]] = {}
    for m, prefix in enumerate(prefixes):
        state = model.initial_state(1)
        for token in prefix[:, None]:
            logs, state = model.next_log_probabilities(token, state)
        is_right = bool(logs[0, int(right[m])] > logs[0, int(wrong[m])])
        answers.setdefault(int(distances[m]), []).append(is_right)
    return {
        distance: sum(answers[distance]) / len(answers[distance]) for distance in sorted(answers)
    }
