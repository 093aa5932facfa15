"""Models built by hand on torch tensors, outside of any backend."""

from typing import Any

from framework.arrays import arrays_in_force


def on_tensors(model: Any, *args: Any, **settings: Any) -> Any:
    """Build ``model(*args, **settings)`` on torch tensors."""
    from plugins.torch_backend.arrays import TorchArrays

    with arrays_in_force(TorchArrays()):
        return model(*args, **settings)
