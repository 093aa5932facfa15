"""The pooling of a QRNN beside a copy: bytes per second, and the share of the bandwidth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.loops import Batch
from plugins.bench.pair import Pair, Step
from plugins.torch_backend.convolution.qrnn import pooled

#: Arrays that a pooling must move: it reads z, i and f, and writes c.
_ARRAYS = 4


class Pooling(Pair):
    """c_t = f_t ∘ c_{t−1} + i_t ∘ z_t on arrays `(T, N, H)`, without products and without backward.

    The speed counts the bytes that have to be moved; what is moved more than once counts once. The
    copy moves as many: the ratio of both speeds is the share of the bandwidth.
    """

    unit: ClassVar[str] = "GB"
    is_same_model: ClassVar[bool] = False

    def __init__(
        self, backend: Backend, *, hidden: int, batch: int, length: int, is_random: bool = True
    ) -> None:
        super().__init__(backend, is_random=is_random)
        self.shape = (length, batch, hidden)

    def our_model(self) -> Model:
        """Return no parameters: a pooling has none."""
        return Model()

    def plain_model(self) -> nn.Module:
        """Return no parameters."""
        return nn.Module()

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return none."""
        return {}

    def batches(self) -> Iterator[Batch]:
        """Yield nothing: the arrays are on the device from the beginning."""
        return iter(())

    def steps(self, precision: str) -> dict[str, Step]:
        """Return a pooling, and a copy of as many bytes."""
        z, f = (self._drawn(precision) for _ in range(2))
        i, c_0 = 1 - f, torch.zeros_like(z[0])
        self.units = _ARRAYS * z.numel() * z.element_size() / 1e9
        source = torch.cat([z, f])
        target = torch.empty_like(source)
        steps: dict[str, Callable[[], Tensor]] = {
            "ours": torch.no_grad()(lambda: pooled(c_0, f, i, z)),
            "copy": lambda: target.copy_(source),
        }
        return steps

    def _drawn(self, precision: str) -> Tensor:
        return torch.rand(self.shape, device=self.backend.device, dtype=getattr(torch, precision))
