"""Kim's network on torch tensors.

Source: CS224n lecture 11, sections 2.1 to 2.6 and 3.1; Kim, "Convolutional Neural Networks for
Sentence Classification" (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
from plugins.torch_backend.arrays import current_device, to_dtype, to_tensor
from plugins.torch_backend.model import checked_ids

PAD = 0
CHANNELS = ("tuned", "static", "both")


class TextCNN(Model):
    """logits = (r ∘ z) W + b, with z_j = ReLU(max_i c_i) for every filter j.

    Args:
        vocabulary_size: V, the padding id 0 included.
        embedding_size: E.
        maps: C, filters of each width.
        classes: K.
        widths: h of each of the k groups of filters.
        keep_probability: of the dropout r.
        vectors: word vectors to start from, `(V, E)`; None: random ones.
        channels: "tuned", "static" or "both": which word vectors are learned.
        max_norm: s, the greatest norm of a column of W after `constrain`, positive.
        rng: draws the initial weights, and in training what dropout keeps.

    Parameters:
        embedding `(V, E)`, unless `channels` is "static"; conv_i.W `(h, D, C)` and conv_i.b `(C,)`
        for i = 1 ... k, where D is E, or 2E with both channels; W `(k C, K)`, b `(K,)`.

    Attributes:
        static: the word vectors that are not learned, `(V, E)`; None if `channels` is "tuned".

    Raises:
        ValueError: `channels` is none of the three, or needs `vectors`; these are not `(V, E)`;
            there are no widths; `max_norm` is not positive.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        maps: int,
        classes: int,
        *,
        widths: Sequence[int] = (3, 4, 5),
        keep_probability: float = 0.5,
        vectors: Any = None,
        channels: str = "tuned",
        max_norm: float = 3.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, k = vocabulary_size, embedding_size, len(widths)
        _check_settings(widths, channels, max_norm, vectors, (V, E))
        self.vocabulary_size, self.embedding_size = V, E
        self.widths, self.max_norm = tuple(widths), max_norm
        drawn = rng.uniform(-0.25, 0.25, size=(V, E)) if vectors is None else vectors
        start = to_tensor(drawn).detach().cpu().double().numpy()
        self.static: Tensor | None = None
        if channels != "tuned":
            self.static = torch.tensor(start, device=current_device())
        if channels != "static":
            self.add_parameter("embedding", start.copy())
        D = 2 * E if channels == "both" else E
        self.convolutions = [
            self.add_child(f"conv_{i}", part("conv1d")(D, maps, h, padding=h - 1, rng=rng))
            for i, h in enumerate(widths, start=1)
        ]
        self.pools = [self.add_child(f"pool_{i}", part("max_over_time")()) for i in range(k)]
        self.dropout = self.add_child("dropout", part("dropout")(keep_probability, rng=rng))
        self.add_parameter("W", rng.normal(scale=(k * maps) ** -0.5, size=(k * maps, classes)))
        self.add_parameter("b", np.zeros(classes))

    def astype(self, dtype: npt.DTypeLike | torch.dtype) -> Self:
        """Convert parameters, gradients and the static vectors; returns the network."""
        self.static = None if self.static is None else self.static.to(to_dtype(dtype))
        return super().astype(dtype)

    @torch.no_grad()
    def forward(self, ids: Tensor) -> Tensor:
        """logits `(N, K)` of `ids: (N, T)`, short texts filled up with `PAD`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        self._ids = checked_ids(ids, self.vocabulary_size)
        self._words = self._ids != PAD
        x = self._vectors(self._ids).mul_(self._words[..., None])
        maxima = [
            pool.forward(convolution.forward(x), _windows_with_words(self._words, h))
            for convolution, pool, h in zip(self.convolutions, self.pools, self.widths, strict=True)
        ]
        self._z = torch.cat(maxima, dim=1).relu_()
        self._kept = self.dropout.forward(self._z)
        return torch.addmm(self.parameters["b"], self._kept, self.parameters["W"])

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """From the scores to the winner of each filter, to the words in its window.

        Args:
            grad_logits: `(N, K)`. Not modified.
        """
        self.gradients["W"].addmm_(self._kept.T, grad_logits)
        self.gradients["b"].add_(grad_logits.sum(0))
        grad_z = self.dropout.backward(grad_logits @ self.parameters["W"].T) * (self._z > 0)
        grad_maxima = grad_z.chunk(len(self.widths), dim=1)
        grad_x = torch.zeros((), dtype=grad_z.dtype, device=grad_z.device)
        for convolution, pool, grad in zip(self.convolutions, self.pools, grad_maxima, strict=True):
            grad_x = grad_x + convolution.backward(pool.backward(grad))
        if "embedding" in self.gradients:
            grad_tuned = grad_x[..., -self.embedding_size :] * self._words[..., None]
            self.gradients["embedding"].index_add_(0, self._ids.flatten(), grad_tuned.flatten(0, 1))

    @torch.no_grad()
    def constrain(self) -> None:
        """W_c ← W_c · s / max(‖W_c‖, s) for every column of W, in place."""
        W, s = self.parameters["W"], self.max_norm
        W.mul_(s / torch.linalg.vector_norm(W, dim=0).clamp(min=s))

    def _vectors(self, ids: Tensor) -> Tensor:
        """A new tensor `(N, T, D)`: one channel, or two side by side."""
        tables = [self.static, self.parameters.get("embedding")]
        found = [functional.embedding(ids, table) for table in tables if table is not None]
        return found[0] if len(found) == 1 else torch.cat(found, dim=-1)


def _windows_with_words(words: Tensor, width: int) -> Tensor:
    """Which of the T + h − 1 windows have a word in them."""
    return functional.pad(words, (width - 1, width - 1)).unfold(1, width, 1).any(dim=-1)


def _check_settings(
    widths: Sequence[int], channels: str, max_norm: float, vectors: Any, shape: tuple[int, int]
) -> None:
    if not widths:
        raise ValueError("widths should name one width or more, but is empty")
    if channels not in CHANNELS:
        raise ValueError(f"channels is one of {', '.join(CHANNELS)}, but got {channels!r}")
    if not max_norm > 0:
        raise ValueError(f"max_norm is positive, but got {max_norm}")
    if vectors is None and channels != "tuned":
        raise ValueError(f"channels={channels!r} needs vectors: random ones would never be learned")
    if vectors is not None and tuple(vectors.shape) != shape:
        raise ValueError(f"vectors should have shape {shape}, but has {tuple(vectors.shape)}")
