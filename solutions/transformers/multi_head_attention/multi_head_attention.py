"""Self-attention with several heads: Vaswani et al. (2017); shared keys: Ainslie et al. (2023).

In all shapes N is the number of texts, T of words, D of features, H of heads of queries, G of heads
of keys and values, and d = D / H is the size of a head.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

#: Keys and values of the S words before, each `(N, G, S, d)`. `step` makes new arrays.
Cache = tuple[Array, Array]


def split_heads(x: Array, heads: int) -> Array:
    """Return the features of each head, `(N, heads, T, d)`.

    Args:
        x: `(N, T, heads · d)`, in which the features of a head follow each other.
        heads: number of heads, a divisor of the last axis.
    """
    # BEGIN SOLUTION
    N, T, _ = x.shape
    return x.reshape(N, T, heads, -1).swapaxes(1, 2)
    # END SOLUTION


def join_heads(x: Array) -> Array:
    """Return the heads of each word side by side, `(N, T, heads · d)`: undo `split_heads`.

    Args:
        x: `(N, heads, T, d)`.
    """
    # BEGIN SOLUTION
    N, heads, T, d = x.shape
    return x.swapaxes(1, 2).reshape(N, T, heads * d)
    # END SOLUTION


def causal_mask(length: int, past: int = 0) -> Array:
    """Return which keys each query may read, bool `(length, past + length)`.

    The keys are `past` words and then the `length` words of the queries. A query reads its own
    word and all words before it.
    """
    # BEGIN SOLUTION
    return np.tri(length, past + length, past, dtype=bool)
    # END SOLUTION


def multiplications(
    length: int, features: int, heads: int, key_value_heads: int | None = None
) -> tuple[int, int]:
    """Return the number of multiplications in the matrix products of `forward`, for one text.

    Args:
        length: T.
        features, heads, key_value_heads: D, H and G, as of `MultiHeadAttention`.

    Returns:
        those of the products with W_qkv and W_o, and those of the scores and the means. Masked
        pairs count, too.
    """
    # BEGIN SOLUTION
    d = features // heads
    columns = (heads + 2 * (key_value_heads or heads)) * d
    return length * features * (columns + features), 2 * heads * length**2 * d
    # END SOLUTION


class MultiHeadAttention(Model):
    """Attention of the words of a text to each other, in several heads side by side.

    Args:
        features: D.
        heads: H, a divisor of D.
        key_value_heads: G, a divisor of H: H / G heads of queries that follow each other share a
            head of keys and values. None: G = H.
        causal: whether a word reads only itself and the words before it.
        rng: draws the parameters.

    Parameters: W_qkv `(D, (H + 2 G) d)`, with the columns of the queries, keys and values in this
    order, each head by head; W_o `(D, D)`. There are no biases.
    Attributes:
        weights: α `(N, H, T, T)` of the last `forward`.
    Raises: ValueError if H does not divide D, or G does not divide H.
    """

    weights: Array

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        key_value_heads: int | None = None,
        causal: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        G = heads if key_value_heads is None else key_value_heads
        _check_divides("heads", heads, "features", features)
        _check_divides("key_value_heads", G, "heads", heads)
        self.features, self.heads, self.key_value_heads, self.causal = features, heads, G, causal
        self.softmax = part("masked_softmax")  # your function of the exercise attention
        columns = (heads + 2 * G) * (features // heads)
        scale = features**-0.5
        self.add_parameter("W_qkv", rng.normal(scale=scale, size=(features, columns)))
        self.add_parameter("W_o", rng.normal(scale=scale, size=(features, features)))

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return y `(N, T, D)`.

        Args:
            x: `(N, T, D)`, T ≥ 1. Not modified.
            mask: bool, `(N, T)`, or `(N, T, T)` for a mask of each query; False where there is no
                key. None: keys everywhere. A word without any key gets zeros.

        Raises:
            ValueError: the shapes do not fit.
        """
        _check_words(x, self.features)
        mask = _with_heads(mask, x)
        # BEGIN SOLUTION: queries, keys and values of all heads; their means; W_o
        self._x = x
        self._q, k, v = self._queries_keys_values(x)
        self._k, self._v = self._for_each_query(k), self._for_each_query(v)
        if self.causal:
            before = causal_mask(x.shape[1])
            mask = before if mask is None else mask & before
        self.weights, self._means = self._attend(self._q, self._k, self._v, mask)
        return self._means @ self.parameters["W_o"]

    def _queries_keys_values(self, x: Array) -> list[Array]:
        """Return q `(N, H, T, d)`, k and v `(N, G, T, d)`, by one product."""
        H, G = self.heads, self.key_value_heads
        return np.split(split_heads(x @ self.parameters["W_qkv"], H + 2 * G), [H, H + G], axis=1)

    def _for_each_query(self, x: Array) -> Array:
        """Return `(N, G, S, d)` as `(N, H, S, d)`: each head H / G times."""
        return np.repeat(x, self.heads // self.key_value_heads, axis=1)

    def _attend(self, q: Array, k: Array, v: Array, mask: Array | None) -> tuple[Array, Array]:
        """Return the weights `(N, H, T, S)`, and the means of all heads `(N, T, D)`."""
        weights = self.softmax(q @ k.swapaxes(2, 3) * q.shape[-1] ** -0.5, mask)
        return weights, join_heads(weights @ v)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W_qkv and W_o; return that of x. `grad_output` is not modified."""
        # BEGIN SOLUTION: back through W_o, the means, the softmax, the scores and W_qkv
        alpha = self.weights
        self.gradients["W_o"] += _product_of_rows(self._means, grad_output)
        grad_means = split_heads(grad_output @ self.parameters["W_o"].T, self.heads)
        grad_alpha = grad_means @ self._v.swapaxes(2, 3)
        mean = (alpha * grad_alpha).sum(axis=-1, keepdims=True)
        grad_scores = alpha * (grad_alpha - mean) * self._q.shape[-1] ** -0.5
        grad_q = grad_scores @ self._k
        grad_k = self._sum_of_queries(grad_scores.swapaxes(2, 3) @ self._q)
        grad_v = self._sum_of_queries(alpha.swapaxes(2, 3) @ grad_means)
        grad_packed = join_heads(np.concatenate([grad_q, grad_k, grad_v], axis=1))
        self.gradients["W_qkv"] += _product_of_rows(self._x, grad_packed)
        return grad_packed @ self.parameters["W_qkv"].T

    def _sum_of_queries(self, grad: Array) -> Array:
        """Return the sum over the H / G heads that share keys and values, `(N, G, T, d)`."""
        N, _, T, d = grad.shape
        return grad.reshape(N, self.key_value_heads, -1, T, d).sum(axis=2)
        # END SOLUTION

    def initial_cache(self, batch_size: int) -> Cache:
        """Given: return keys and values of no words, each `(N, G, 0, d)`."""
        G, d = self.key_value_heads, self.features // self.heads
        empty = np.zeros((batch_size, G, 0, d), self.parameters["W_qkv"].dtype)
        return empty, empty

    def step(self, x: Array, cache: Cache) -> tuple[Array, Cache]:
        """Continue texts whose keys and values are known, as `forward` does with all words.

        Args:
            x: `(N, T, D)`, the next T ≥ 1 words. Not modified.
            cache: keys and values of the S words before, from `initial_cache` or the last `step`.
                Not modified.

        Returns:
            y `(N, T, D)`, and the cache of all S + T words.

        Raises:
            ValueError: the attention is not causal, or the cache has another batch, or other sizes.
        """
        _check_words(x, self.features)
        _check_cache(cache, self, len(x))
        # BEGIN SOLUTION: only the new words are multiplied by W_qkv; forward's arrays stay
        q, *new = self._queries_keys_values(x)
        k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
        mask = causal_mask(x.shape[1], cache[0].shape[2])
        _, means = self._attend(q, self._for_each_query(k), self._for_each_query(v), mask)
        return means @ self.parameters["W_o"], (k, v)
        # END SOLUTION


def _product_of_rows(a: Array, b: Array) -> Array:
    """Given: return the sum of aᵀ b over all words, `(A, B)`, for `(N, T, A)` and `(N, T, B)`."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])


def _check_divides(name: str, number: int, of: str, total: int) -> None:
    """Given: refuse a number that does not divide another one.

    Raises:
        ValueError: it does not, or is below 1; the message names both.
    """
    if number < 1 or total % number:
        raise ValueError(f"{name} should divide {of}, but {name} is {number} and {of} is {total}")


def _check_words(x: Array, features: int) -> None:
    """Given: refuse words of another size, and a text without words.

    Raises:
        ValueError: `x` is not `(N, T, D)` with T ≥ 1.
    """
    if x.ndim != 3 or x.shape[1] == 0 or x.shape[-1] != features:
        raise ValueError(f"x should be (N, T, {features}) with T ≥ 1, but is {x.shape}")


def _with_heads(mask: Array | None, x: Array) -> Array | None:
    """Given: return `mask` as `(N, 1, 1, T)` or `(N, 1, T, T)`, the same for all heads, or None.

    Raises:
        ValueError: it has another shape than the docstring of `forward` says.
    """
    N, T, _ = x.shape
    if mask is None:
        return None
    if mask.shape not in ((N, T), (N, T, T)):
        raise ValueError(f"mask should have {(N, T)} or {(N, T, T)}, but has {mask.shape}")
    return mask[:, None, None] if mask.ndim == 2 else mask[:, None]


def _check_cache(cache: Cache, attention: MultiHeadAttention, texts: int) -> None:
    """Given: refuse an attention that is not causal, and a cache that does not fit.

    Raises:
        ValueError: see there; the message says the shapes.
    """
    if not attention.causal:
        raise ValueError("step needs an attention with causal=True: it cannot read later words")
    G, d = attention.key_value_heads, attention.features // attention.heads
    shapes = tuple(array.shape for array in cache)
    if shapes != ((texts, G, *shapes[0][2:3], d),) * 2:
        raise ValueError(
            f"for {texts} texts, keys and values of the cache should be ({texts}, {G}, S, {d}), "
            f"but are {' and '.join(map(str, shapes))}"
        )
