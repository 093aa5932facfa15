"""Attention alone, in layers, that recalls what has followed a word (Olsson et al. 2022)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

#: Words of the window of near attention: a word, and the one before it.
NEAR = 2


def window_mask(length: int, width: int) -> Array:
    """Return the mask of a window: word t reads the words t − width + 1 ... t.

    Args:
        length: T ≥ 1, the number of words.
        width: the number of words in the window, ≥ 1.

    Returns: bool `(T, T)`: entry t, s is True where word t reads word s.
    Raises: ValueError if `length` or `width` is below 1.
    """
    _check_window(length, width)
    # BEGIN SOLUTION: compare the places of words and of keys
    t, s = np.arange(length)[:, None], np.arange(length)
    return (s <= t) & (s > t - width)
    # END SOLUTION


class AttentionOnlyTransformer(Model):
    """logits = x_L U, with x_0 = E[tokens] and x_l = x_{l−1} + near_l(x_{l−1}) + far_l(x_{l−1}).

    Both parts of a layer are causal `multi_head_attention`. The near one has one head and the mask
    of a window of `NEAR` words. The far one has several heads, which read all words before. There
    are no positions, no norms and no other layers.

    Args:
        vocabulary_size, features: V and D.
        heads: of the far attention of each layer, a divisor of D.
        layers: L, the number of layers.
        rng: draws the parameters.

    Parameters: embedding E `(V, D)`, U `(D, V)`, and those of the parts as near_1.NAME, far_1.NAME,
    ... near_L.NAME, far_L.NAME.
    Attributes:
        layers: a list of L pairs, near and far attention, from below.
    Raises: ValueError if `layers` is below 1, or `heads` does not divide `features`.
    """

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
        _check_layers(layers)
        V, D = vocabulary_size, features
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(size=(V, D)))
        # BEGIN SOLUTION: the parts of each layer as children, near before far
        self.layers: list[tuple[Any, Any]] = []
        attention = part("multi_head_attention")
        for i in range(1, layers + 1):
            near = self.add_child(f"near_{i}", attention(D, 1, causal=True, rng=rng))
            far = self.add_child(f"far_{i}", attention(D, heads, causal=True, rng=rng))
            self.layers.append((near, far))
        # END SOLUTION
        self.add_parameter("U", rng.normal(scale=D**-0.5, size=(D, V)))

    def forward(self, tokens: Array) -> Array:
        """Return the logits `(N, T, V)` for ids `(N, T)`, T ≥ 1: those at t predict x_{t+1}.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: `tokens` is not `(N, T)` with T ≥ 1.
        """
        _check_tokens(tokens, self.vocabulary_size)
        # BEGIN SOLUTION: word vectors, the sum of each layer, the logits
        self._tokens, (N, T) = tokens, tokens.shape
        window = np.broadcast_to(window_mask(T, NEAR), (N, T, T))
        x = self.parameters["embedding"][tokens]
        for near, far in self.layers:
            x = x + near.forward(x, window) + far.forward(x)
        self._x = x
        return np.tensordot(x, self.parameters["U"], axes=1)
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits` `(N, T, V)`, which is not modified."""
        # BEGIN SOLUTION: U, then the layers from above, then the rows of the embedding
        self.gradients["U"] += np.tensordot(self._x, grad_logits, axes=([0, 1], [0, 1]))
        grad_x = np.tensordot(grad_logits, self.parameters["U"].T, axes=1)
        for near, far in reversed(self.layers):
            grad_x = grad_x + near.backward(grad_x) + far.backward(grad_x)  # x is used three times
        np.add.at(self.gradients["embedding"], self._tokens, grad_x)  # += would drop repeated ids
        # END SOLUTION

    def head_weights(self, tokens: Array) -> Array:
        """Given: return the weights of all heads, `(N, L (1 + H), T, T)`, for ids `(N, T)`.

        From below: the near head of layer 1, its far heads, those of layer 2, and so on.
        """
        self.forward(tokens)
        return np.concatenate([each.weights for layer in self.layers for each in layer], axis=1)


def prefix_matching_score(weights: Array, tokens: Array) -> Array:
    """Return for each head how much it reads the words that have followed the same word before.

    A query counts if its word has occurred before. Its weights at all words right after an earlier
    occurrence are added up. The score is the mean over all queries that count, of all texts.

    Args:
        weights: `(N, H, T, T)`, causal: entry n, h, t, s is how much word t reads word s.
        tokens: ids `(N, T)`.

    Returns: `(H,)` numbers from 0 to 1, in the dtype of `weights`.
    Raises: ValueError if the shapes do not fit, or no word occurs twice in a text.
    """
    _check_weights(weights, tokens)
    # BEGIN SOLUTION: same word before; one place later; sums; mean over the queries that count
    same = tokens[:, :, None] == tokens[:, None, :]
    before = same & np.tri(tokens.shape[1], k=-1, dtype=bool)
    after = np.zeros_like(before)
    after[:, :, 1:] = before[:, :, :-1]
    sums = (weights * after[:, None]).sum(axis=(0, 2, 3))
    return sums / int(before.any(axis=-1).sum())  # an int of NumPy would make float64 of float32
    # END SOLUTION


def _check_window(length: int, width: int) -> None:
    """Given: raise a ValueError for a length or a width below 1."""
    if length < 1 or width < 1:
        raise ValueError(f"length and width should be at least 1, but are {length} and {width}")


def _check_layers(layers: int) -> None:
    """Given: raise a ValueError for less than one layer."""
    if layers < 1:
        raise ValueError(f"layers should be at least 1, but are {layers}")


def _check_tokens(tokens: Array, vocabulary_size: int) -> None:
    """Given: raise an IndexError for ids outside 0 ... V−1, a ValueError for no words."""
    if tokens.ndim != 2 or tokens.shape[1] == 0:
        raise ValueError(f"tokens should be (N, T) with T ≥ 1, but are {tokens.shape}")
    if tokens.size and not 0 <= tokens.min() <= tokens.max() < vocabulary_size:
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{tokens.min()} ... {tokens.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")


def _check_weights(weights: Array, tokens: Array) -> None:
    """Given: raise a ValueError for shapes that do not fit, and texts without a repeated word."""
    N, T = tokens.shape
    if weights.ndim != 4 or (len(weights), *weights.shape[2:]) != (N, T, T):
        raise ValueError(f"weights should be ({N}, H, {T}, {T}), but are {weights.shape}")
    if all(len(set(text)) == len(text) for text in tokens.tolist()):
        raise ValueError("no word occurs twice in a text: no head can read what followed it")
