"""Text classifiers written twice: Kim's network and the very deep network on characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.loops import Batch
from plugins.bench.pair import Pair, repeated
from plugins.networks.convolution.deep_text_cnn import BLOCKS

#: Batches, which are used again after the last one.
_BATCHES = 16


class LabelledPair(Pair):
    """Two classifiers, on random texts of one length without padding."""

    unit: ClassVar[str] = "texts"

    def __init__(
        self,
        backend: Backend,
        *,
        vocabulary: int,
        classes: int,
        maps: int,
        batch: int,
        length: int,
        is_random: bool = True,
    ) -> None:
        super().__init__(backend, is_random=is_random)
        self.V, self.classes, self.maps, self.N, self.T = vocabulary, classes, maps, batch, length
        self.units = batch

    def batches(self) -> Iterator[Batch]:
        """Yield the same batches again and again."""
        rng, shape = np.random.default_rng(0), (self.N, self.T)
        return repeated(
            [
                Batch((rng.integers(1, self.V, shape),), rng.integers(0, self.classes, self.N))
                for _ in range(_BATCHES)
            ]
        )


class PlainSentenceCNN(nn.Module):
    """Kim's network in `torch.nn`."""

    def __init__(
        self, V: int, E: int, maps: int, classes: int, widths: tuple[int, ...], dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, E, padding_idx=0)
        self.convolutions = nn.ModuleList(nn.Conv1d(E, maps, h, padding=h - 1) for h in widths)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(maps * len(widths), classes)

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits `(N, K)`."""
        x = self.embedding(ids).transpose(1, 2)
        maxima = [convolution(x).relu().amax(dim=2) for convolution in self.convolutions]
        logits: Tensor = self.output(self.dropout(torch.cat(maxima, dim=1)))
        return logits


class SentenceCNN(LabelledPair):
    """CNN-rand of Kim (2014), with his limit of the norms of the output's weights."""

    optimizer: ClassVar[str] = "ada_delta"
    rate: ClassVar[float] = 1.0
    widths: ClassVar[tuple[int, ...]] = (3, 4, 5)
    max_norm: ClassVar[float] = 3.0

    def __init__(
        self, backend: Backend, *, embedding: int, is_random: bool = True, **sizes: int
    ) -> None:
        super().__init__(backend, is_random=is_random, **sizes)
        self.E, self.dropout = embedding, 0.5 if is_random else 0.0

    def our_model(self) -> Model:
        """Build `text_cnn`."""
        model: Model = self.backend.build(
            "text_cnn", self.V, self.E, self.maps, self.classes, kind="model",
            widths=self.widths, keep_probability=1 - self.dropout, max_norm=self.max_norm,
            rng=self.rng,
        )  # fmt: skip
        return model

    def plain_model(self) -> nn.Module:
        """Build the network in `torch.nn`."""
        sizes = (self.V, self.E, self.maps, self.classes, self.widths, self.dropout)
        return PlainSentenceCNN(*sizes)

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the table, the filters and the output."""
        weights = {
            "embedding.weight": ours["embedding"],
            "output.weight": ours["W"].T,
            "output.bias": ours["b"],
        }
        for i in range(len(self.widths)):
            weights |= _convolution(f"convolutions.{i}", ours, f"conv_{i + 1}")
        return weights

    @torch.no_grad()
    def constrain(self, model: nn.Module) -> None:
        """Limit the norm of each class's weights."""
        weight = model.get_parameter("output.weight")
        weight.copy_(torch.renorm(weight, 2, 0, self.max_norm))


class PlainBlock(nn.Module):
    """A block of two convolutions and a shortcut in `torch.nn`."""

    def __init__(self, D: int, C: int) -> None:
        super().__init__()
        self.conv_1, self.norm_1 = nn.Conv1d(D, C, 3, padding=1), nn.BatchNorm1d(C)
        self.conv_2, self.norm_2 = nn.Conv1d(C, C, 3, padding=1), nn.BatchNorm1d(C)
        self.project = nn.Conv1d(D, C, 1) if D != C else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Return y `(N, C, T)` for `x: (N, D, T)`."""
        z = self.norm_2(self.conv_2(self.norm_1(self.conv_1(x)).relu()))
        y: Tensor = (z + self.project(x)).relu()
        return y


class KMax(nn.Module):
    """The k greatest numbers of each channel, in the order of the text."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.k = k

    def forward(self, x: Tensor) -> Tensor:
        """Return `(N, C, k)` of `x: (N, C, T)`."""
        return x.gather(2, x.topk(self.k, dim=2).indices.sort(dim=2).values)


class PlainVeryDeepCNN(nn.Module):
    """VD-CNN in `torch.nn`."""

    def __init__(
        self, V: int, E: int, M: int, H: int, classes: int, blocks: tuple[int, ...], k: int
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.conv = nn.Conv1d(E, M, 3, padding=1)
        stages: list[nn.Module] = []
        channels = M
        self.blocks = nn.ModuleList()
        for stage, count in enumerate(blocks):
            made = [PlainBlock(channels if i == 0 else M * 2**stage, M * 2**stage)
                    for i in range(count)]  # fmt: skip
            self.blocks.extend(made)
            stages += [nn.MaxPool1d(3, 2, ceil_mode=True)] if stage else []
            stages += made
            channels = M * 2**stage
        self.stages = nn.Sequential(*stages, KMax(k), nn.Flatten())
        self.hidden_1, self.hidden_2 = nn.Linear(8 * M * k, H), nn.Linear(H, H)
        self.output = nn.Linear(H, classes)

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits `(N, K)`."""
        z = self.stages(self.conv(self.embedding(ids).transpose(1, 2)))
        logits: Tensor = self.output(self.hidden_2(self.hidden_1(z).relu()).relu())
        return logits


class VeryDeepCNN(LabelledPair):
    """VD-CNN of 29 layers with shortcuts."""

    rate: ClassVar[float] = 0.01
    depth: ClassVar[int] = 29
    k: ClassVar[int] = 8
    embedding: ClassVar[int] = 16

    def __init__(
        self, backend: Backend, *, hidden: int, is_random: bool = True, **sizes: int
    ) -> None:
        super().__init__(backend, is_random=is_random, **sizes)
        self.H = hidden

    def our_model(self) -> Model:
        """Build `deep_text_cnn`."""
        model: Model = self.backend.build(
            "deep_text_cnn", self.V, self.classes, self.T, self.depth, self.maps, kind="model",
            embedding_size=self.embedding, hidden_size=self.H, k=self.k,
            rng=np.random.default_rng(0),
        )  # fmt: skip
        return model

    def plain_model(self) -> nn.Module:
        """Build the network in `torch.nn`."""
        blocks = BLOCKS[self.depth]
        sizes = (self.V, self.embedding, self.maps, self.H, self.classes)
        return PlainVeryDeepCNN(*sizes, blocks, self.k)

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the table, all blocks and the three layers on top."""
        weights = {"embedding.weight": ours["embedding"], **_convolution("conv", ours, "conv")}
        for i in range(sum(BLOCKS[self.depth])):
            weights |= _block(f"blocks.{i}", ours, f"block_{i + 1}")
        for name in ("hidden_1", "hidden_2", "output"):
            weights[f"{name}.weight"] = ours[f"{name}.W"].T
            weights[f"{name}.bias"] = ours[f"{name}.b"]
        # Ours flattens (k, C), and `torch.nn` (C, k).
        first = weights["hidden_1.weight"]
        by_step = first.reshape(self.H, self.k, 8 * self.maps)
        return weights | {"hidden_1.weight": by_step.transpose(1, 2).flatten(1)}


def _convolution(plain: str, ours: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """Return the filters `(C, D, width)` and their biases; ours are `(width, D, C)`."""
    W = ours[f"{name}.W"]
    filters = W.reshape(-1, *W.shape[-2:]).permute(2, 1, 0)
    return {f"{plain}.weight": filters, f"{plain}.bias": ours[f"{name}.b"]}


def _block(plain: str, ours: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    weights: dict[str, Tensor] = {}
    for part in ("conv_1", "conv_2", "project"):
        if f"{name}.{part}.W" in ours:
            weights |= _convolution(f"{plain}.{part}", ours, f"{name}.{part}")
    for part in ("norm_1", "norm_2"):
        weights[f"{plain}.{part}.weight"] = ours[f"{name}.{part}.gamma"]
        weights[f"{plain}.{part}.bias"] = ours[f"{name}.{part}.beta"]
    return weights
