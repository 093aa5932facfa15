"""A language model on several gated layers, with torch tensors.

Source: CS224n lecture 7, sections 3 and 4; Zaremba et al. (2014); Linzen et al. (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from framework.models.deep_cells import stacked
from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.scored_words import CellLM


class GatedLM(CellLM):
    """ŷ_t = softmax(h_t U + b), with the states h_t of the highest of several gated layers."""

    bias = "b"

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
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", stacked(part, part(cell), E, H, layers, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b", np.zeros(V))


def agreement_accuracy(
    model: Any, prefixes: Sequence[Tensor], right: Tensor, wrong: Tensor, distances: Tensor
) -> dict[int, float]:
    """Distance -> share of the items for which P(right | prefix) > P(wrong | prefix).

    The items are `prefixes`, M texts `(T_m,)`, and `right`, `wrong` and `distances`, `(M,)` each.

    Raises:
        ValueError: an empty prefix, or numbers of items that differ.
    """
    counts = {len(prefixes), len(right), len(wrong), len(distances)}
    if len(counts) > 1 or any(not len(prefix) for prefix in prefixes):
        raise ValueError("every item needs a prefix, a right and a wrong form, and a distance")
    found: dict[int, list[bool]] = {}
    for m, prefix in enumerate(prefixes):
        state = model.initial_state(1)
        for token in to_tensor(prefix)[:, None]:
            logs, state = model.next_log_probabilities(token, state)
        is_right = bool(logs[0, int(right[m])] > logs[0, int(wrong[m])])
        found.setdefault(int(distances[m]), []).append(is_right)
    return {distance: sum(found[distance]) / len(found[distance]) for distance in sorted(found)}
