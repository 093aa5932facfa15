"""Attention alone in layers, the mask of a window, and the score of heads that recall.

Source: Olsson et al., "In-context Learning and Induction Heads" (2022); Elhage et al., "A
Mathematical Framework for Transformer Circuits" (2021).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.interfaces import Model
from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding

#: Words of the window of near attention.
NEAR = 2


def window_mask(length: int, width: int) -> Any:
    """Return a mask `(T, T)`: word t reads the words t − width + 1 ... t.

    Raises:
        ValueError: `length` or `width` is below 1.
    """
    if min(length, width) < 1:
        raise ValueError(f"length and width should be at least 1, but are {length} and {width}")
    ones = np.ones((length, length), dtype=bool)
    return current_arrays().from_numpy(np.triu(np.tril(ones), 1 - width))


class AttentionOnlyTransformer(Model):
    """Layers x + near(x) + far(x) of causal attention, between an embedding and a matrix U."""

    def __init__(
        self,
        vocabulary_size: int,
        features: int,
        heads: int = 2,
        layers: int = 2,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if layers < 1:
            raise ValueError(f"layers should be at least 1, but are {layers}")
        V, D = vocabulary_size, features
        self.embedding = self.add_child("_embedding", Embedding(rng.normal(size=(V, D))))
        attention = part("multi_head_attention")
        self.layers = []
        for i in range(1, layers + 1):
            near = self.add_child(f"near_{i}", attention(D, 1, causal=True, rng=rng))
            far = self.add_child(f"far_{i}", attention(D, heads, causal=True, rng=rng))
            self.layers.append((near, far))
        self.add_parameter("U", rng.normal(scale=D**-0.5, size=(D, V)))

    def forward(self, tokens: Any) -> Any:
        """Return logits `(N, T, V)` for `tokens: (N, T)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: `tokens` is not `(N, T)` with T ≥ 1.
        """
        tokens = self._arrays.asarray(tokens)
        if tokens.ndim != 2 or tokens.shape[1] == 0:
            raise ValueError(f"tokens should be (N, T) with T ≥ 1, but are {tuple(tokens.shape)}")
        N, T = tokens.shape
        window = self._arrays.asarray(window_mask(T, NEAR))
        window = self._arrays.namespace.broadcast_to(window, (N, T, T))
        x = self.embedding.forward(tokens)
        for near, far in self.layers:
            x = x + near.forward(x, window) + far.forward(x)
        self._x = x
        return x @ self.parameters["U"]

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, V)` through U, the layers and the embedding."""
        x, U = self._x, self.parameters["U"]
        V = U.shape[1]
        self.gradients["U"] += x.reshape(-1, x.shape[-1]).T @ grad_logits.reshape(-1, V)
        grad = grad_logits @ U.T
        for near, far in reversed(self.layers):
            grad = grad + near.backward(grad) + far.backward(grad)
        self.embedding.backward(grad)

    def head_weights(self, tokens: Any) -> Any:
        """Return the weights of all heads for `tokens: (N, T)`, `(N, L (1 + H), T, T)`."""
        self.forward(tokens)
        weights = [each.weights for layer in self.layers for each in layer]
        return self._arrays.namespace.concatenate(weights, 1)


def prefix_matching_score(weights: Any, tokens: Any) -> Any:
    """Return for each head of `weights: (N, H, T, T)` how much it reads what followed before.

    Raises:
        ValueError: the shapes do not fit, or no word of a text in `tokens: (N, T)` is repeated.
    """
    arrays = current_arrays()
    alpha, ids = arrays.to_numpy(weights), arrays.to_numpy(arrays.asarray(tokens))
    N, T = ids.shape
    if alpha.ndim != 4 or (len(alpha), *alpha.shape[2:]) != (N, T, T):
        raise ValueError(f"weights should be ({N}, H, {T}, {T}), but are {alpha.shape}")
    recalls = []
    for of_heads, text in zip(alpha, ids, strict=True):
        for t in range(1, T):
            after = np.flatnonzero(text[:t] == text[t]) + 1
            if after.size:
                recalls.append(of_heads[:, t, after].sum(axis=-1))
    if not recalls:
        raise ValueError("no word occurs twice in a text: no head can read what followed it")
    return arrays.from_numpy(np.mean(recalls, axis=0, dtype=alpha.dtype))
