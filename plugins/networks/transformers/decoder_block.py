"""A block of a decoder: attention to its own words, attention to a source, a network per word.

Source: Vaswani et al., "Attention Is All You Need" (2017), sections 3.1 and 3.2.3; Xiong et al.,
"On Layer Normalization in the Transformer Architecture" (2020), for the norms before the layers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class CrossAttention(Model):
    """Attention of the words of a text to those of another one, in several heads side by side.

    Args:
        features, heads: D, and H, a divisor of D.
        rng: draws the parameters.

    Parameters: W_q `(D, D)`; W_kv `(D, 2 D)`, with the columns of the keys and then of the values;
    W_o `(D, D)`.
    """

    def __init__(self, features: int, heads: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.features, self.heads = features, heads
        for name, columns in (("W_q", features), ("W_kv", 2 * features), ("W_o", features)):
            size = features, columns
            self.add_parameter(name, rng.normal(scale=features**-0.5, size=size))
        self.attention = self.add_child("attention", part("dot_product_attention")())
        self._split, self._join = part("split_heads"), part("join_heads")

    def forward(self, x: Any, memory: Any, words: Any = None) -> Any:
        """Return y `(N, T, D)` of x `(N, T, D)`.

        Args:
            x: the words that attend.
            memory: the words of the source, `(N, S, D)`.
            words: bool `(N, S)`, False at padding of the source. None: words everywhere.

        Raises:
            ValueError: the shapes do not fit.
        """
        self._memory = self._checked(memory, words, len(x))
        return self.read(x, self.keys_values(self._memory), words)

    def keys_values(self, memory: Any) -> tuple[Any, Any]:
        """Return the keys and values of all heads, each `(N, H, S, d)`, of memory `(N, S, D)`."""
        packed = self._split(memory @ self.parameters["W_kv"], 2 * self.heads)
        return packed[:, : self.heads], packed[:, self.heads :]

    def read(self, x: Any, keys_values: tuple[Any, Any], words: Any = None) -> Any:
        """Return y `(N, T, D)` of x `(N, T, D)` for known keys and values, see `forward`."""
        self._x, (N, T, _), H = x, x.shape, self.heads
        if words is not None:  # each head is a text of its own
            S = words.shape[1]
            words = self._arrays.namespace.broadcast_to(words[:, None], (N, H, S)).reshape(-1, S)
        q = self._split(x @ self.parameters["W_q"], H)
        q, k, v = (heads.reshape(N * H, *heads.shape[2:]) for heads in (q, *keys_values))
        self._means = self._join(self.attention.forward(q, k, v, words).reshape(N, H, T, -1))
        return self._means @ self.parameters["W_o"]

    def backward(self, grad_output: Any) -> tuple[Any, Any]:
        """Add the gradients of the matrices; return those of x and of the memory."""
        xp, N = self._arrays.namespace, len(grad_output)
        grad_means = self._split(self._through("W_o", self._means, grad_output), self.heads)
        grads = self.attention.backward(grad_means.reshape(-1, *grad_means.shape[2:]))
        q, k, v = (grad.reshape(N, self.heads, *grad.shape[1:]) for grad in grads)
        grad_x = self._through("W_q", self._x, self._join(q))
        packed = self._join(xp.concatenate([k, v], 1))
        return grad_x, self._through("W_kv", self._memory, packed)

    @property
    def mean_weights(self) -> Any:
        """The weights of the source words `(N, T, S)` in the last call, as a mean of all heads."""
        weights = self.attention.weights
        return weights.reshape(-1, self.heads, *weights.shape[1:]).mean(1)

    def _through(self, name: str, x: Any, grad: Any) -> Any:
        """Backpropagate through x W: add the gradient of W, and return that of x."""
        rows = x.reshape(-1, x.shape[-1])
        self.gradients[name] += rows.T @ grad.reshape(len(rows), -1)
        return grad @ self.parameters[name].T

    def _checked(self, memory: Any, words: Any, texts: int) -> Any:
        memory = self._arrays.asarray(memory)
        shape, D = tuple(memory.shape), self.features
        if len(shape) != 3 or (shape[0], shape[2]) != (texts, D) or not shape[1]:
            raise ValueError(f"memory should be ({texts}, S, {D}) with S ≥ 1, but is {shape}")
        if words is not None and tuple(words.shape) != shape[:2]:
            raise ValueError(f"words should be {shape[:2]}, but are {tuple(words.shape)}")
        return memory


class DecoderBlock(Model):
    """x becomes x + dropout(f(norm(x))), for self-attention, `CrossAttention` and `FeedForward`.

    Args:
        features, heads: D and H of both attentions.
        hidden: size of the hidden layer of `FeedForward`; None: 4 D.
        keep_probability: in (0, 1], of dropout.
        rng: draws the parameters, and what dropout drops.
    """

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        hidden: int | None = None,
        keep_probability: float = 1.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        attention = part("multi_head_attention")(features, heads, causal=True, rng=rng)
        self.attention: Any = self.add_child("attention", attention)
        self.cross = self.add_child("cross", CrossAttention(features, heads, rng=rng))
        feed_forward = part("feed_forward")(features, hidden, rng=rng)
        self.feed_forward: Any = self.add_child("feed_forward", feed_forward)
        self.norms: list[Any] = [
            self.add_child(f"norm_{i}", part("layer_norm")(features)) for i in (1, 2, 3)
        ]
        dropout = part("dropout")
        self.dropouts: list[Any] = [
            self.add_child(f"dropout_{i}", dropout(keep_probability, inverted=True, rng=rng))
            for i in (1, 2, 3)
        ]

    def forward(self, x: Any, memory: Any, words: Any = None) -> Any:
        """Return y `(N, T, D)` of x `(N, T, D)`; see `CrossAttention` for the other arguments.

        Raises:
            ValueError: the shapes do not fit.
        """
        x = self._added(0, x, self.attention.forward)
        x = self._added(1, x, lambda z: self.cross.forward(z, memory, words))
        return self._added(2, x, self.feed_forward.forward)

    def backward(self, grad_output: Any) -> tuple[Any, Any]:
        """Add the gradients of all parts; return those of x and of the memory."""
        grad, of_memory = grad_output, None
        for i, layer in ((2, self.feed_forward), (1, self.cross), (0, self.attention)):
            through = layer.backward(self.dropouts[i].backward(grad))
            if layer is self.cross:
                through, of_memory = through
            grad = grad + self.norms[i].backward(through)
        return grad, of_memory

    def initial_state(self, memory: Any) -> Any:
        """Return the cache of no words, and the keys and values of memory `(N, S, D)`."""
        return self.attention.initial_cache(len(memory)), self.cross.keys_values(memory)

    def step(self, x: Any, state: Any, words: Any = None) -> tuple[Any, Any]:
        """Return y `(N, T, D)` of the next words x `(N, T, D)`, and the state after them."""
        cache, keys_values = state
        caches = [cache]

        def attend(z: Any) -> Any:
            y, after = self.attention.step(z, caches.pop())
            caches.append(after)
            return y

        x = self._added(0, x, attend)
        x = self._added(1, x, lambda z: self.cross.read(z, keys_values, words))
        return self._added(2, x, self.feed_forward.forward), (caches.pop(), keys_values)

    def _added(self, i: int, x: Any, layer: Callable[[Any], Any]) -> Any:
        """Return x and what `layer` makes of its norm, after dropout."""
        return x + self.dropouts[i].forward(layer(self.norms[i].forward(x)))
