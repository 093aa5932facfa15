"""A block of a transformer: attention, a network for each word, norms and sums around both.

Source: Vaswani et al. (2017), section 3; Hendrycks and Gimpel (2016) for GELU; Xiong et al. (2020)
for the place of the norms.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

#: √(2/π) and the factor of z³ in the approximation of GELU.
SCALE, CUBIC = (2 / np.pi) ** 0.5, 0.044715


class Gelu(Model):
    """gelu(z) = z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³))), which is close to z Φ(z).

    Φ is the distribution function of the standard normal distribution.
    """

    def forward(self, z: Array) -> Array:
        """Return gelu(z) in the shape and dtype of `z` `(...)`, which is not modified."""
        # BEGIN SOLUTION
        self._z = z
        self._tanh = np.tanh(SCALE * (z + CUBIC * z * z**2))
        return 0.5 * z * (1 + self._tanh)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`. `grad_output` is not modified."""
        # BEGIN SOLUTION: a product of z/2 and 1 + tanh(u), where tanh' = 1 − tanh²
        z, tanh = self._z, self._tanh
        slope = SCALE * (1 + 3 * CUBIC * z**2)
        return grad_output * 0.5 * (1 + tanh + z * (1 - tanh**2) * slope)
        # END SOLUTION


class FeedForward(Model):
    """y = gelu(x W_1 + b_1) W_2 + b_2, the same for each word.

    Args:
        features: D.
        hidden: F, the size of the hidden layer. None: 4 D.
        rng: draws the parameters.

    Parameters: hidden.W `(D, F)`, hidden.b `(F,)`, output.W `(F, D)`, output.b `(D,)`.
    """

    def __init__(
        self, features: int, hidden: int | None = None, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        size = 4 * features if hidden is None else hidden
        affine = part("affine")  # your class of the exercise neuron
        self.hidden = self.add_child("hidden", affine(features, size, rng=rng))
        self.gelu = self.add_child("gelu", Gelu())
        self.output = self.add_child("output", affine(size, features, rng=rng))

    def forward(self, x: Array) -> Array:
        """Return y `(..., D)` for `x` `(..., D)`, which is not modified."""
        # BEGIN SOLUTION
        return self.output.forward(self.gelu.forward(self.hidden.forward(x)))
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of both layers; return that of x. `grad_output` is not modified."""
        # BEGIN SOLUTION
        return self.hidden.backward(self.gelu.backward(self.output.backward(grad_output)))
        # END SOLUTION


class TransformerBlock(Model):
    """Attention and then a `FeedForward`, each with dropout, a sum and a norm.

    f is the attention or the `FeedForward`. With norm="pre", x becomes x + dropout(f(norm(x))).
    With norm="post", it becomes norm(x + dropout(f(x))).

    Args:
        features, heads: D and H of the attention.
        hidden: size of the hidden layer of `FeedForward`. None: 4 D.
        norm: "pre" or "post".
        keep_probability: p, in (0, 1]; kept entries are divided by it.
        causal, key_value_heads: those of the attention.
        rng: draws the parameters, and what dropout drops.

    Parameters: those of the parts, as attention.NAME, feed_forward.NAME, norm_1.NAME (of the
    attention) and norm_2.NAME.
    Raises: ValueError for an unknown `norm`, or where a part raises one.
    """

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        hidden: int | None = None,
        norm: Literal["pre", "post"] = "pre",
        keep_probability: float = 1.0,
        causal: bool = False,
        key_value_heads: int | None = None,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if norm not in ("pre", "post"):
            raise ValueError(f"norm is 'pre' or 'post', not {norm!r}")
        self.norm = norm
        attention = part("multi_head_attention")(
            features, heads, key_value_heads=key_value_heads, causal=causal, rng=rng
        )
        self.attention = self.add_child("attention", attention)
        self.feed_forward = self.add_child("feed_forward", FeedForward(features, hidden, rng=rng))
        self.layers = (self.attention, self.feed_forward)
        self.norms = [self.add_child(f"norm_{i}", part("layer_norm")(features)) for i in (1, 2)]
        dropout = part("dropout")  # your class, as layer_norm and multi_head_attention
        self.dropouts = [
            self.add_child(f"dropout_{i}", dropout(keep_probability, inverted=True, rng=rng))
            for i in (1, 2)
        ]

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """Return y `(N, T, D)`.

        Args:
            x: `(N, T, D)`, T ≥ 1. Not modified.
            mask: that of the attention, `(N, T)` or `(N, T, T)`.

        Raises:
            ValueError: the shapes do not fit.
        """
        # BEGIN SOLUTION: for both layers: norm, layer, dropout and sum, in the order of self.norm
        z = self._output(0, x, self.attention.forward(self._input(0, x), mask))
        return self._output(1, z, self.feed_forward.forward(self._input(1, z)))

    def _input(self, i: int, x: Array) -> Array:
        """Return what layer i reads."""
        return self.norms[i].forward(x) if self.norm == "pre" else x

    def _output(self, i: int, x: Array, change: Array) -> Array:
        """Return the sum of x and what layer i made of it, normalized with norm="post"."""
        total = x + self.dropouts[i].forward(change)
        return self.norms[i].forward(total) if self.norm == "post" else total
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of all parts; return that of x. `grad_output` is not modified."""
        # BEGIN SOLUTION: the gradient of a sum goes around the layer, and through it
        grad = grad_output
        for i in (1, 0):
            norm = self.norms[i]
            if self.norm == "post":
                grad = norm.backward(grad)
            through = self.layers[i].backward(self.dropouts[i].backward(grad))
            grad = grad + (norm.backward(through) if self.norm == "pre" else through)
        return grad
        # END SOLUTION

    def initial_cache(self, batch_size: int) -> Any:
        """Given: return the first cache of the attention."""
        return self.attention.initial_cache(batch_size)

    def step(self, x: Array, cache: Any) -> tuple[Array, Any]:
        """Continue texts whose keys and values are known, as `step` of the attention does.

        Args:
            x: `(N, T, D)`, the next T ≥ 1 words. Not modified.
            cache: from `initial_cache` or the last `step`. Not modified.

        Returns:
            y `(N, T, D)` and the new cache. `backward` needs a new `forward` afterwards.

        Raises:
            ValueError: the attention is not causal, or the shapes do not fit.
        """
        # BEGIN SOLUTION
        y, cache = self.attention.step(self._input(0, x), cache)
        z = self._output(0, x, y)
        return self._output(1, z, self.feed_forward.forward(self._input(1, z))), cache
        # END SOLUTION
