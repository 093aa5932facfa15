"""Layers of two kinds with equal sizes: the QRNN and `torch.nn.LSTM`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.accelerator import accelerator_of
from framework.training.loops import Batch
from framework.training.training_options import LearningOptions
from plugins.bench.pair import Pair, Step, computing_in, master, repeated
from plugins.torch_backend.convolution.qrnn import QRNN
from plugins.torch_backend.neural_networks.optimizers import SGD


class QRNNAgainstLSTM(Pair):
    """Forward, backward and an update for the loss Σ h ∘ g, g random: two kinds of layer."""

    is_same_model: ClassVar[bool] = False

    def __init__(
        self,
        backend: Backend,
        *,
        hidden: int,
        batch: int,
        length: int,
        pooling: str = "fo",
        is_random: bool = True,
    ) -> None:
        super().__init__(backend, is_random=is_random)
        self.H, self.N, self.T, self.pooling = hidden, batch, length, pooling
        self.units = batch * length

    def our_model(self) -> Model:
        """Build the QRNN."""
        with self.backend.in_force():
            return QRNN(self.H, self.H, 2, self.pooling, rng=np.random.default_rng(0))

    def plain_model(self) -> nn.Module:
        """Build `nn.LSTM`."""
        return nn.LSTM(self.H, self.H, batch_first=True)

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return none: the layers have different weights."""
        return {}

    def batches(self) -> Iterator[Batch]:
        """Yield inputs x as inputs, and the gradient g as targets."""
        rng, shape = np.random.default_rng(0), (self.N, self.T, self.H)
        x, g = (rng.normal(size=shape).astype("float32") for _ in range(2))
        return repeated([Batch((x,), g)])

    def our_step(self, model: Model, precision: str) -> Step:
        """Return a step of the QRNN, with inputs that are on the device."""
        model = self.in_precision(model, precision)
        x, g = self._on_device(precision)
        accelerator = accelerator_of(self.backend, LearningOptions())
        optimizer, batch = SGD(self.rate), Batch((x,), g)

        def gradients(batch: Batch) -> tuple[Tensor, Mapping[str, Tensor]]:
            h: Tensor = model.forward(*batch.inputs)
            model.zero_gradients()
            model.backward(batch.targets)
            return h, model.gradients

        gradient_step = accelerator.repeated(gradients, model, self.rng)

        def step() -> Tensor:
            h, gradients = gradient_step(batch)
            optimizer.step(model.parameters, gradients)
            last: Tensor = h
            return last

        return step

    def plain_step(self, model: nn.Module, precision: str, *, foreach: bool) -> Step:
        """Return a step of `nn.LSTM`, with inputs that are on the device."""
        x, g = self._on_device(precision)
        model.to(x)
        x.requires_grad_()
        optimizer = torch.optim.SGD(model.parameters(), lr=self.rate, foreach=foreach)

        def step() -> Tensor:
            optimizer.zero_grad()
            x.grad = None
            with computing_in(precision, self.backend.device):
                h: Tensor = model(x)[0]
            h.backward(g.to(h.dtype))  # type: ignore[no-untyped-call]  # torch's
            optimizer.step()
            return h.detach()

        return step

    def _on_device(self, precision: str) -> tuple[Tensor, Tensor]:
        batch, dtype = next(self.batches()), master(precision)
        x, g = (torch.from_numpy(array) for array in (*batch.inputs, batch.targets))
        return x.to(self.backend.device, dtype), g.to(self.backend.device, dtype)
