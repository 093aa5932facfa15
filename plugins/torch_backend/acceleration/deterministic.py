"""Algorithms that give the same bytes in every run on one device.

Source: the notes "Reproducibility" of PyTorch, and "Results reproducibility" of cuBLAS.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.backends import cuda, cudnn

#: Without this setting, cuBLAS may choose another workspace, and so another order of sums.
_WORKSPACE = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


@contextmanager
def deterministic_algorithms() -> Iterator[None]:
    """Use deterministic algorithms in the block, and no TF32; the settings are restored after it.

    An operation without a deterministic algorithm is an error of torch that names it.
    """
    os.environ.setdefault(*_WORKSPACE)
    settings = (cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32, cuda.matmul.allow_tf32)
    is_enabled = torch.are_deterministic_algorithms_enabled()
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    _set(True, False, False, False)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(is_enabled, warn_only=warns)
        _set(*settings)


def _set(deterministic: bool, benchmark: bool, convolutions: bool, products: bool) -> None:
    cudnn.deterministic, cudnn.benchmark = deterministic, benchmark
    cudnn.allow_tf32, cuda.matmul.allow_tf32 = convolutions, products
