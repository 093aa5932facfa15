"""A transformer language model written twice, and its steps on NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.loops import Batch
from plugins.bench.language_models import TextPair
from plugins.bench.pair import Step


class PlainBlock(nn.Module):
    """A block with norms before its layers; one product makes queries, keys and values."""

    def __init__(self, D: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.project = nn.Linear(D, 3 * D, bias=False), nn.Linear(D, D, bias=False)
        self.hidden, self.output = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        self.gelu = nn.GELU(approximate="tanh")

    def forward(self, x: Tensor) -> Tensor:
        """Return `(N, T, D)`."""
        N, T, D = x.shape
        q, k, v = (
            part.view(N, T, self.heads, -1).transpose(1, 2)
            for part in self.qkv(self.norm_1(x)).split(D, dim=2)
        )
        means = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.project(means.transpose(1, 2).reshape(N, T, D))
        changed: Tensor = x + self.output(self.gelu(self.hidden(self.norm_2(x))))
        return changed


class PlainTransformer(nn.Module):
    """The language model, with one matrix for vectors and scores."""

    def __init__(self, V: int, D: int, heads: int, layers: int, context: int) -> None:
        super().__init__()
        self.embedding, self.positions = nn.Embedding(V, D), nn.Embedding(context, D)
        self.blocks = nn.Sequential(*(PlainBlock(D, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(D)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits `(N, T, V)`."""
        places = torch.arange(tokens.shape[1], device=tokens.device)
        h = self.norm(self.blocks(self.embedding(tokens) + self.positions(places)))
        return nn.functional.linear(h, self.embedding.weight)


class TransformerText(TextPair):
    """`transformer_lm` on chunks of a text, each as a text of its own."""

    optimizer: ClassVar[str] = "adam"
    rate: ClassVar[float] = 0.001

    def __init__(self, backend: Backend, *, heads: int, layers: int, **sizes: Any) -> None:
        is_random = sizes.pop("is_random", True)
        super().__init__(backend, **sizes, hidden=sizes["embedding"], is_random=is_random)
        self._shape = (self.V, self.E, heads, layers, self.T)
        self._sizes = {"heads": heads, "layers": layers, **sizes}

    def our_model(self) -> Model:
        """Build `transformer_lm`."""
        model: Model = self.backend.build(
            "transformer_lm", *self._shape, kind="language_model", rng=np.random.default_rng(0)
        )
        return model

    def plain_model(self) -> nn.Module:
        """Build the model in `torch.nn`."""
        return PlainTransformer(*self._shape)

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return all weights; matrices are transposed."""
        weights = {
            "embedding.weight": ours["embedding"],
            "positions.weight": ours["positions.P"],
            "norm.weight": ours["norm.gamma"],
            "norm.bias": ours["norm.beta"],
        }
        for i in range(self._shape[3]):
            block, plain = f"block_{i + 1}", f"blocks.{i}"
            for norm in ("norm_1", "norm_2"):
                weights[f"{plain}.{norm}.weight"] = ours[f"{block}.{norm}.gamma"]
                weights[f"{plain}.{norm}.bias"] = ours[f"{block}.{norm}.beta"]
            weights[f"{plain}.qkv.weight"] = ours[f"{block}.attention.W_qkv"].T
            weights[f"{plain}.project.weight"] = ours[f"{block}.attention.W_o"].T
            for layer in ("hidden", "output"):
                weights[f"{plain}.{layer}.weight"] = ours[f"{block}.feed_forward.{layer}.W"].T
                weights[f"{plain}.{layer}.bias"] = ours[f"{block}.feed_forward.{layer}.b"]
        return weights

    def batches(self) -> Iterator[Batch]:
        """Yield chunks of the text, each as a text of its own."""
        for batch in super().batches():
            yield Batch(batch.inputs, batch.targets)

    def steps(self, precision: str) -> dict[str, Step]:
        """Return the steps of both programs, and on a CPU those of the NumPy reference."""
        steps = super().steps(precision)
        if self.backend.device == "cpu" and precision != "bfloat16":
            numpy = type(self)(Backend(self.backend.registry, "numpy"), **self._sizes)
            steps["numpy"] = numpy.our_step(numpy.our_model(), precision)
        return steps
