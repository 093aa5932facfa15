"""A block of a transformer on torch tensors: one graph for all of its layers.

Source: Vaswani et al., "Attention Is All You Need" (2017), section 3; Hendrycks and Gimpel,
"Gaussian Error Linear Units" (2016); Xiong et al., "On Layer Normalization in the Transformer
Architecture" (2020).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import to_tensor, uniforms
from plugins.torch_backend.transformers.layer_norm import LayerNorm
from plugins.torch_backend.transformers.multi_head_attention import Cache, MultiHeadAttention


class Gelu(DifferentiatedModel):
    """GELU with tanh in the place of the distribution function."""

    def compute(self, p: Mapping[str, Tensor], z: Tensor) -> Tensor:
        """Return gelu(z) `(...)`."""
        return functional.gelu(z, approximate="tanh")


class FeedForward(DifferentiatedModel):
    """y = gelu(x W_1 + b_1) W_2 + b_2 for words x `(..., D)`."""

    def __init__(
        self, features: int, hidden: int | None = None, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.features, size = features, 4 * features if hidden is None else hidden
        for name, D, H in (("hidden", features, size), ("output", size, features)):
            self.add_parameter(f"{name}.W", rng.normal(scale=D**-0.5, size=(D, H)))
            self.add_parameter(f"{name}.b", np.zeros(H))

    def forward(self, *inputs: Any) -> Any:
        """Return y `(..., D)` of x `(..., D)`; ValueError for another last axis."""
        x = to_tensor(*inputs)
        if x.shape[-1:] != (self.features,):
            raise ValueError(f"x should be (..., {self.features}), but is {tuple(x.shape)}")
        return super().forward(x)

    def compute(self, p: Mapping[str, Tensor], x: Tensor) -> Tensor:
        """Return y `(..., D)`."""
        z = functional.linear(x, p["hidden.W"].T, p["hidden.b"])
        a = functional.gelu(z, approximate="tanh")
        return functional.linear(a, p["output.W"].T, p["output.b"])


class TransformerBlock(DifferentiatedModel):
    """Attention and `FeedForward`, each with dropout, a sum and a norm; differentiated as one."""

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        hidden: int | None = None,
        norm: str = "pre",
        keep_probability: float = 1.0,
        causal: bool = False,
        key_value_heads: int | None = None,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if norm not in ("pre", "post"):
            raise ValueError(f"norm is 'pre' or 'post', not {norm!r}")
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        self.norm, self.keep_probability, self.rng = norm, keep_probability, rng
        self.attention: MultiHeadAttention = self.add_child(
            "attention",
            MultiHeadAttention(
                features, heads, key_value_heads=key_value_heads, causal=causal, rng=rng
            ),
        )
        self.add_child("feed_forward", FeedForward(features, hidden, rng=rng))
        for name in ("norm_1", "norm_2"):
            self.add_child(name, LayerNorm(features))

    def forward(self, *inputs: Any) -> Any:
        """Return y `(N, T, D)`.

        Args:
            inputs: x `(N, T, D)` and, optionally, the mask of the attention.

        Raises:
            ValueError: the shapes do not fit.
        """
        x, mask = (*inputs, None)[:2]
        x = to_tensor(x)
        self.attention.set_mask(mask, x)
        return super().forward(x)

    def _given_parameters(self) -> Mapping[str, Tensor]:
        return self.parameters

    def compute(self, p: Mapping[str, Tensor], x: Tensor) -> Tensor:
        """Return y `(N, T, D)`, from the parameters of all parts."""
        return self._layers(p, x, lambda z: self._part("attention", p, z))

    def _layers(
        self, p: Mapping[str, Tensor], x: Tensor, attend: Callable[[Tensor], Tensor]
    ) -> Tensor:
        """Return what both layers make of x; `attend` is the first one."""
        for i, layer in ((1, attend), (2, lambda z: self._part("feed_forward", p, z))):
            if self.norm == "pre":
                x = x + self._dropped(layer(self._part(f"norm_{i}", p, x)))
            else:
                x = self._part(f"norm_{i}", p, x + self._dropped(layer(x)))
        return x

    def _part(self, name: str, p: Mapping[str, Tensor], x: Tensor) -> Tensor:
        """Return what the part `name` computes with its parameters in `p`."""
        child = self._children[name]
        return torch.as_tensor(
            child.compute({key: p[f"{name}.{key}"] for key in child.parameters}, x)
        )

    def _dropped(self, x: Tensor) -> Tensor:
        """Return x with dropped entries, in training."""
        p = self.keep_probability
        if not self.training or p == 1:
            return x
        return x * ((uniforms(x.shape, x.device, rng=self.rng) < p).to(x.dtype) / p)

    def initial_cache(self, batch_size: int) -> Cache:
        """Return the first cache of the attention."""
        return self.attention.initial_cache(batch_size)

    @torch.no_grad()
    def step(self, x: Any, cache: Cache) -> tuple[Tensor, Cache]:
        """Return y `(N, T, D)` of the next words x `(N, T, D)`, and the cache after them.

        Raises:
            ValueError: the attention is not causal, or the shapes do not fit.
        """
        caches = [cache]

        def attend(z: Tensor) -> Tensor:
            y, after = self.attention.step(z, caches.pop())
            caches.append(after)
            return y

        y = self._layers(self.parameters, to_tensor(x), attend)
        return y, caches.pop()
