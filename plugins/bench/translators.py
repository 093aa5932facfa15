"""The translator with attention, written twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from framework.data.vocabulary import EOS, PAD
from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.loops import Batch
from plugins.bench.pair import Pair, repeated

#: Batches, which are used again after the last one.
_BATCHES = 16
#: Names of the LSTMs: our prefix -> prefix and suffix of the plain program.
_LAYERS = {
    "encoder.layer.forward_layer": ("encoder", ""),
    "encoder.layer.backward_layer": ("encoder", "_reverse"),
    "decoder.cell": ("decoder", ""),
}
#: Our matrix -> the layer of the plain program without a bias.
_MATRICES = {"W_0": "start", "attention.W": "query", "W_c": "both", "U": "output"}


class PlainTranslator(nn.Module):
    """A bidirectional LSTM, packed, and an LSTM with attention, in `torch.nn`."""

    def __init__(self, V: int, W: int, E: int, H: int) -> None:
        super().__init__()
        self.source, self.target = nn.Embedding(V, E), nn.Embedding(W, E)
        self.encoder = nn.LSTM(E, H, batch_first=True, bidirectional=True)
        self.decoder = nn.LSTM(E, H, batch_first=True)
        self.start = nn.Linear(2 * H, H, bias=False)
        self.query = nn.Linear(H, 2 * H, bias=False)
        self.both = nn.Linear(3 * H, H, bias=False)
        self.output = nn.Linear(H, W)
        for layer in (self.encoder, self.decoder):
            for name, parameter in layer.named_parameters():
                if name.startswith("bias_hh"):  # one bias is enough, and our layers have one
                    nn.init.zeros_(parameter).requires_grad_(False)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:
        """Return logits `(N, T, W)`."""
        words = source != PAD
        packed = pack_padded_sequence(
            self.source(source), words.sum(1).cpu(), batch_first=True, enforce_sorted=False
        )
        annotations, _ = pad_packed_sequence(
            self.encoder(packed)[0], batch_first=True, total_length=source.shape[1]
        )
        h_0 = self.start(annotations[:, 0]).tanh()[None]
        h, _ = self.decoder(self.target(before), (h_0, torch.zeros_like(h_0)))
        context = scaled_dot_product_attention(
            self.query(h), annotations, annotations, attn_mask=words[:, None], scale=1.0
        )
        logits: Tensor = self.output(self.both(torch.cat([h, context], dim=-1)).tanh())
        return logits


class Translators(Pair):
    """Two translators, on random sentences of different lengths."""

    optimizer: ClassVar[str] = "adam"
    rate: ClassVar[float] = 0.001

    def __init__(
        self,
        backend: Backend,
        *,
        vocabulary: int,
        embedding: int,
        hidden: int,
        batch: int,
        length: int,
        is_random: bool = True,
    ) -> None:
        super().__init__(backend, is_random=is_random)
        self.V, self.E, self.H, self.N, self.T = vocabulary, embedding, hidden, batch, length
        self.units = batch * length

    def our_model(self) -> Model:
        """Build `attentive_translator`."""
        sizes = self.V, self.V, self.E, self.H
        model: Model = self.backend.build(
            "attentive_translator", *sizes, kind="model", rng=np.random.default_rng(0)
        )
        return model

    def plain_model(self) -> nn.Module:
        """Build the model in `torch.nn`."""
        return PlainTranslator(self.V, self.V, self.E, self.H)

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return embeddings, layers and matrices; biases of `torch.nn` alone are left out."""
        weights = {
            "source.weight": ours["encoder.embedding"],
            "target.weight": ours["decoder.embedding"],
            "output.bias": ours["decoder.b_2"],
        }
        for name, layer in _MATRICES.items():
            weights[f"{layer}.weight"] = ours[f"decoder.{name}"].T
        for prefix, (layer, suffix) in _LAYERS.items():
            for name, plain in (("W_x", "weight_ih"), ("W_h", "weight_hh"), ("b", "bias_ih")):
                i, f, o, g = ours[f"{prefix}.{name}"].chunk(4, dim=-1)
                block = torch.cat([i, f, g, o], dim=-1)
                weights[f"{layer}.{plain}_l0{suffix}"] = block.T if block.ndim == 2 else block
        return weights

    def batches(self) -> Iterator[Batch]:
        """Yield the same batches again and again."""
        rng = np.random.default_rng(0)
        return repeated([self._batch(rng) for _ in range(_BATCHES)])

    def _batch(self, rng: np.random.Generator) -> Batch:
        source, target = rng.integers(EOS + 1, self.V, (2, self.N, self.T))
        lengths = rng.integers(self.T // 2, self.T + 1, size=(self.N, 1))
        lengths[0] = self.T
        source[np.arange(self.T) >= lengths] = PAD
        before = np.concatenate([np.full((self.N, 1), EOS), target[:, :-1]], axis=1)
        return Batch((source, before), target)
