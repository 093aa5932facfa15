"""Batches of padded texts without their padding, for the packed kernels of recurrent layers.

A packed kernel reads the first words of all texts, then all second words, and so on. The words of a
text stand side by side; padding may stand on either side of them. The host needs the lengths. Ids
that came from the host keep their values, so that nothing is read from a device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Array
from plugins.torch_backend.arrays import host_values

#: Attribute of a mask with its version and its packing.
_PACKING = "packing_of_mask"

#: A kernel: packed inputs `(M, D)`, batch sizes and first states `(1, n, H)` -> packed states
#: `(M, H)` and last states `(1, n, H)`.
Kernel = Callable[[Tensor, Tensor, list[Tensor]], tuple[Tensor, ...]]


@dataclass(frozen=True)
class Packing:
    """The M words of N texts in the order of a packed kernel; n texts have a word.

    Attributes:
        batch_sizes: the number of texts that have a first, second, ... word, on the host.
        order: these n texts, the longest first.
        places: the place of each word among all N·T places, `(M,)`.
        states: for each place of `(N, T)` the number of a state, `(N·T,)`: the first one,
            0 ... N−1, or that of the last word so far, N ... N+M−1.
        ends: the number of the first or the last state of each text, 0 ... N+n−1, `(N,)`.
    """

    batch_sizes: Tensor
    order: Tensor
    places: Tensor
    states: Tensor
    ends: Tensor


def has_padding(mask: Tensor) -> bool:
    """Return whether a place of `mask` has no word."""
    return not host_values(mask).all()


def packing(mask: Tensor) -> Packing | None:
    """Return the packing of the words of `mask: (N, T)`.

    Returns:
        None: a text has a gap between its words, or no text has a word.
    """
    version, packing = getattr(mask, _PACKING, (None, None))
    if version != mask._version:
        words = host_values(mask)
        packing = _packing(words, mask.device) if words.any() and not _have_gaps(words) else None
        setattr(mask, _PACKING, (mask._version, packing))
    return packing


def packed_steps(packing: Packing, kernel: Kernel, x: Tensor, *start: Tensor) -> tuple[Tensor, ...]:
    """Run `kernel` on the words alone; without a word the state stays.

    Args:
        packing: of the mask of x.
        kernel: see `Kernel`.
        x: `(N, T, D)`.
        start: the tensors of the first state `(N, H)`, h first.

    Returns:
        h `(N, T, H)`, and the tensors of the state `(N, H)` after the last word of each text.
    """
    first = [tensor.index_select(0, packing.order)[None] for tensor in start]
    words = x.flatten(0, 1).index_select(0, packing.places)
    h, *last = kernel(words, packing.batch_sizes, first)
    states = torch.cat([start[0], h]).index_select(0, packing.states)
    ends = (
        torch.cat([before, after[0]]).index_select(0, packing.ends)
        for before, after in zip(start, last, strict=True)
    )
    return states.view(*x.shape[:2], -1), *ends


def _have_gaps(words: Array) -> bool:
    """Return whether a text has more than one block of words."""
    begins = words[:, 1:] & ~words[:, :-1]
    return bool((begins.sum(1) + words[:, 0] > 1).any())


def _packing(words: Array, device: torch.device) -> Packing:
    (N, T), lengths, starts = words.shape, words.sum(1), words.argmax(1)
    order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
    batch_sizes = (lengths[order] > np.arange(lengths.max())[:, None]).sum(1)
    steps = np.repeat(np.arange(len(batch_sizes)), batch_sizes)
    M = len(steps)
    ranks = np.arange(M) - np.repeat(np.cumsum(batch_sizes) - batch_sizes, batch_sizes)
    rows = order[ranks]
    places = rows * T + starts[rows] + steps
    states = np.repeat(np.arange(N), T)
    states[places] = N + np.arange(M)
    held = np.maximum.accumulate(states.reshape(N, T), axis=1).reshape(-1)
    ends = np.arange(N)
    ends[order] = N + np.arange(len(order))
    indices = (torch.from_numpy(array).to(device) for array in (order, places, held, ends))
    return Packing(torch.from_numpy(batch_sizes), *indices)
