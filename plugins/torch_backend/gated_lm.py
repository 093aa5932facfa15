"""A language model on several gated layers, with torch tensors.

Source: CS224n lecture 7, sections 3 and 4; Zaremba et al. (2014); Linzen et al. (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.model import TorchLanguageModel, checked_ids


class GatedLM(TorchLanguageModel):
    """ŷ_t = softmax(h_t U + b), with the states h_t of the highest of several gated layers.

    Args:
        vocabulary_size: V.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of the states of every layer.
        cell: registered name of a recurrent layer.
        layers: how many of them.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, those of the layers as cell.layer_1.NAME ..., U `(H, V)`, b `(V,)`.

    Attributes:
        state: the states of all layers after the last token that `forward` read.
    """

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
        stack = [part(cell)(size, H, rng=rng) for size in [E] + [H] * (layers - 1)]
        self.cell: Any = self.add_child("cell", part("stacked")(stack))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b", np.zeros(V))

    @torch.no_grad()
    def forward(self, tokens: Tensor, state: Any = None) -> Tensor:
        """Scores of the next token after every token; the last state is kept in `self.state`.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the states before the first token; zeros if None.

        Returns:
            logits `(N, T, V)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        tokens = checked_ids(tokens, self.vocabulary_size)
        h = self.cell.forward(functional.embedding(tokens, self.parameters["embedding"]), state)
        self.state = self.cell.state
        self._tokens, self._h = tokens.flatten(), h.flatten(0, 1)
        logits = torch.addmm(self.parameters["b"], self._h, self.parameters["U"])
        return logits.view(*tokens.shape, -1)

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Back through the output layer, all layers below it, and the embeddings.

        Args:
            grad_logits: `(N, T, V)`. Not modified.
        """
        grad = grad_logits.flatten(0, 1)
        self.gradients["U"].addmm_(self._h.T, grad)
        self.gradients["b"].add_(grad.sum(0))
        grad_h = (grad @ self.parameters["U"].T).view(*grad_logits.shape[:2], -1)
        grad_e, _ = self.cell.backward(grad_h)
        self.gradients["embedding"].index_add_(0, self._tokens, grad_e.flatten(0, 1))

    def initial_state(self, batch_size: int) -> Any:
        """The states of all layers before the first token."""
        return self.cell.initial_state(batch_size)


def agreement_accuracy(
    model: Any, prefixes: Sequence[Tensor], right: Tensor, wrong: Tensor, distances: Tensor
) -> dict[int, float]:
    """Distance -> share of the items for which P(right | prefix) > P(wrong | prefix).

    Args:
        model: any language model on torch tensors.
        prefixes: ids `(T_m,)`, M of them.
        right, wrong: ids `(M,)`.
        distances: `(M,)` integers.

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
