"""What makes training on tensors faster, smaller or reproducible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch

from framework.interfaces import Model
from framework.training.accelerator import Accelerator
from framework.training.loops import Batch, GradientStep
from plugins.torch_backend.acceleration.compilation import compile_layers, compiled_in_words
from plugins.torch_backend.acceleration.deterministic import deterministic_algorithms
from plugins.torch_backend.acceleration.graphs import Conditions, CudaGraphs, RepeatedStep
from plugins.torch_backend.acceleration.low_precision import LowPrecisionModel
from plugins.torch_backend.acceleration.moves import SideStream, moved_ahead
from plugins.torch_backend.arrays import DeviceGenerator, current_device


class TorchAccelerator(Accelerator):
    """The accelerator of tensors."""

    offers = frozenset({"bfloat16", "compile", "deterministic"})

    _repeated: RepeatedStep | None = None
    _compiled: tuple[str, ...] | None = None

    def low_precision(self, model: Model, computing: Model) -> Model:
        """Return `computing` as a model in bfloat16 for the weights of `model`."""
        return LowPrecisionModel(model, computing)

    def compile(self, model: Model) -> None:
        """Compile the layers of `model` that gain by it."""
        computing = model.computed if isinstance(model, LowPrecisionModel) else model
        self._compiled = compile_layers(computing, current_device().type)

    def moved_ahead(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Yield `batches`; on a GPU each is copied while the one before is used."""
        device = current_device()
        return moved_ahead(batches, SideStream(device)) if device.type == "cuda" else batches

    def repeated(self, step: GradientStep, model: Model, rng: np.random.Generator) -> GradientStep:
        """Return `step`; on a GPU it is recorded for each shape of its batches, and replayed."""
        if current_device().type != "cuda" or not isinstance(rng, DeviceGenerator):
            return step
        start = Conditions(self.options.graphs, self.options.deterministic)
        # A watched step is never compiled: with `--compile` only the recording finds reads.
        device = None if self.options.compile else "cuda"
        graphs = CudaGraphs(rng.on_device)
        self._repeated = RepeatedStep(step, model, graphs, start=start, device=device)
        return self._repeated

    def notes(self) -> list[str]:
        """Return which layers were compiled, and how many steps were replayed."""
        compiled = [] if self._compiled is None else [compiled_in_words(self._compiled)]
        return compiled + ([] if self._repeated is None else self._repeated.notes())

    def device_name(self) -> str:
        """Return the name of the GPU or of the processor."""
        device = current_device()
        if device.type == "cuda":
            return torch.cuda.get_device_name(device)
        return super().device_name()

    def computing(self) -> AbstractContextManager[None]:
        """Return the context of a run: with `--deterministic`, that of such algorithms."""
        return deterministic_algorithms() if self.options.deterministic else nullcontext()
