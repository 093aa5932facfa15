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
    # TODO: your code here
    raise NotImplementedError


def join_heads(x: Array) -> Array:
    """Return the heads of each word side by side, `(N, T, heads · d)`: undo `split_heads`.

    Args:
        x: `(N, heads, T, d)`.
    """
    # TODO: your code here
    raise NotImplementedError


def causal_mask(length: int, past: int = 0) -> Array:
    """Return which keys each query may read, bool `(length, past + length)`.

    The keys are `past` words and then the `length` words of the queries. A query reads its own
    word and all words before it.
    """
    # TODO: your code here
    raise NotImplementedError


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
    # TODO: your code here
    raise NotImplementedError


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
        # TODO: queries, keys and values of all heads; their means; W_o
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W_qkv and W_o; return that of x. `grad_output` is not modified."""
        # TODO: back through W_o, the means, the softmax, the scores and W_qkv
        raise NotImplementedError

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
        # TODO: only the new words are multiplied by W_qkv; forward's arrays stay
        raise NotImplementedError


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
