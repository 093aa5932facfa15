"""Batches that are copied to a GPU while it still computes the step before.

The arrays of a batch are copied into pinned memory, which a GPU can read without the host. A
separate stream copies them to the GPU. The stream of computations waits for these copies; the host
does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Array
from framework.training.loops import Batch
from plugins.torch_backend.arrays import remember_on_host


@dataclass(frozen=True)
class Moving:
    """A batch on its way to the device, and the event after its copies."""

    batch: Batch
    copied: Any


class SideStream:
    """A stream of copies to one device.

    Args:
        device: a GPU.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream: Any = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch's

    def start(self, batch: Batch) -> Moving:
        """Begin to copy `batch`."""
        with torch.cuda.stream(self._stream):
            moving = replace(
                batch,
                inputs=tuple(self._copied(array) for array in batch.inputs),
                targets=self._copied(batch.targets),
            )
            return Moving(moving, self._stream.record_event())

    def _copied(self, array: Array) -> Tensor:
        plain = np.ascontiguousarray(array)
        pinned = torch.from_numpy(plain.copy()).pin_memory()
        # The allocator of pinned memory keeps it until the copy is done.
        tensor = pinned.to(self._device, non_blocking=True)
        return remember_on_host(tensor, plain) if plain.dtype.kind in "biu" else tensor

    def finish(self, moving: Moving) -> Batch:
        """Return the batch; later computations on the device wait for its copies."""
        current = torch.cuda.current_stream(self._device)
        current.wait_event(moving.copied)
        for tensor in (*moving.batch.inputs, moving.batch.targets):
            tensor.record_stream(current)  # its memory is reused only after these computations
        return moving.batch


def moved_ahead(batches: Iterator[Batch], stream: Any) -> Iterator[Batch]:
    """Yield `batches` on the device, each after the copies of the next one have begun.

    Args:
        batches: as NumPy arrays.
        stream: a `SideStream`.
    """
    moving = None
    for batch in batches:
        following = stream.start(batch)
        if moving is not None:
            yield stream.finish(moving)
        moving = following
    if moving is not None:
        yield stream.finish(moving)
