"""Tests that run on the CPU and on a GPU: the same body, with the name of the device.

On the CPU a sample runs by default, and everything with ``pytest -m slow``. On a GPU everything
runs with ``pytest -m gpu``; without one, each test is skipped and says so.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pytest


def why_no_gpu() -> str:
    """Return why no test can use a GPU here; empty if one is there."""
    if importlib.util.find_spec("torch") is None:
        return "PyTorch is not installed"
    import torch

    return "" if torch.cuda.is_available() else "no CUDA device: torch.cuda.is_available() is false"


def on_devices(names: Iterable[str], sample: Collection[str]) -> Any:
    """Parametrize a test by its `name` and `device`; on the CPU only `sample` is not slow."""
    return pytest.mark.parametrize(("name", "device"), list(_cases(names, sample)))


def _cases(names: Iterable[str], sample: Collection[str]) -> Iterator[Any]:
    missing = why_no_gpu()
    gpu = (pytest.mark.gpu, pytest.mark.skipif(bool(missing), reason=missing or "a GPU is there"))
    for name in names:
        yield pytest.param(name, "cpu", marks=() if name in sample else pytest.mark.slow)
        yield pytest.param(name, "cuda", marks=gpu)
