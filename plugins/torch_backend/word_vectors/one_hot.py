"""One-hot vectors and cosines, on torch tensors.

Source: CS224n lecture 1, sections 1.5 and 1.6.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from plugins.torch_backend.arrays import checked_ids, to_tensor


def one_hot(ids: Tensor, vocabulary_size: int) -> Tensor:
    """Return a vector `(..., V)`, float64, for every one of `ids: (...)`.

    Raises:
        IndexError: an id outside 0 ... V−1.
    """
    return functional.one_hot(checked_ids(ids, vocabulary_size), vocabulary_size).double()


def cosine_similarity(a: Tensor, b: Tensor) -> Tensor:
    """a·b / (‖a‖ ‖b‖) over the last axis, `(...)`; 0 where a vector is zero."""
    return (_unit(to_tensor(a)) * _unit(to_tensor(b))).sum(-1).clamp(-1.0, 1.0)


def lookup(ids: Tensor, W: Tensor) -> Tensor:
    """Return the rows `(..., D)` of `W: (V, D)` with these `ids: (...)`.

    Raises:
        IndexError: an id outside 0 ... V−1.
    """
    matrix = to_tensor(W)
    return functional.embedding(checked_ids(ids, len(matrix)), matrix)


def lookup_gradient(ids: Tensor, grad: Tensor, vocabulary_size: int) -> Tensor:
    """Return the gradient `(V, D)` of the matrix, for `grad: (..., D)` of the rows."""
    upstream, places = to_tensor(grad), checked_ids(ids, vocabulary_size)
    D = upstream.shape[-1]
    of_matrix = upstream.new_zeros(vocabulary_size, D)
    return of_matrix.index_add_(0, places.flatten(), upstream.reshape(-1, D))


def _unit(a: Tensor) -> Tensor:
    """Vectors of length 1 in the same directions, without overflow; 0 stays 0."""
    largest = a.abs().amax(-1, keepdim=True)
    scaled = a / torch.where(largest > 0, largest, torch.ones_like(largest))
    length = torch.linalg.vector_norm(scaled, dim=-1, keepdim=True)
    return scaled / torch.where(largest > 0, length, torch.ones_like(length))
