"""What a step uses of the host: values that it reads from a device, and values of the host itself.

A graph would repeat both as they were when it was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from plugins.torch_backend.arrays import noting_host_use

#: Beginnings of the names of operations whose result depends on values of tensors.
READING = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "equal", "is_nonzero")


class HostUse(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's
    """Collects what is read from a device while it is active.

    Args:
        device: the type of the device.

    Attributes:
        found: descriptions, in order.
    """

    def __init__(self, device: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's
        self._device = device
        self.found: list[str] = []

    def described(self) -> str:
        """Return what was used, in words; empty if nothing was."""
        return " and ".join(dict.fromkeys(self.found))

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        name = function.overloadpacket.__name__
        if reads_values(name, args) and self._is_on_device(args):
            self.found.append(f"values that are read from the device ({name})")
        return function(*args, **(kwargs or {}))

    def _is_on_device(self, args: Any) -> bool:
        return any(
            isinstance(value, Tensor) and value.device.type == self._device for value in args
        )


def reads_values(name: str, args: Any) -> bool:
    """Return whether the operation `name` waits for values of its arguments on a GPU."""
    by_mask = name == "index" and any(
        index is not None and str(index.dtype) in ("torch.bool", "torch.uint8") for index in args[1]
    )
    return by_mask or name.startswith(READING)


@contextmanager
def watching_the_host(device: str | None) -> Iterator[HostUse]:
    """Collect in the block what is used of the host.

    Args:
        device: the type of the device whose operations are watched; None: only values of the host
            are noted.
    """
    host_use = HostUse(device or "")
    with noting_host_use(host_use.found.append), host_use if device else nullcontext():
        yield host_use
