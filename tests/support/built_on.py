"""Models built by hand on the arrays of a provider, outside of any backend."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from framework.arrays import NumpyArrays, arrays_in_force


def arrays_of(provider: str) -> AbstractContextManager[None]:
    """Within the block, models are built on the arrays of `provider`, ``numpy`` or ``torch``."""
    if provider == "numpy":
        return arrays_in_force(NumpyArrays())
    from plugins.torch_backend.arrays import TorchArrays

    return arrays_in_force(TorchArrays())


def on_tensors(model: Any, *args: Any, **settings: Any) -> Any:
    """Build ``model(*args, **settings)`` on torch tensors."""
    with arrays_of("torch"):
        return model(*args, **settings)
