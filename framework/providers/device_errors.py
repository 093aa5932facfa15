"""Errors of a GPU, its driver and its libraries, with what to do next.

They are known by their names and texts, so that no array library is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from framework.errors import DeviceError

_MEMORY = (
    "the GPU has no memory left",
    "use a smaller `--batch-size`, `--precision bfloat16` or `--no-graphs`, or `--device cpu`; "
    "`nvidia-smi` shows what else uses the GPU",
)
_DRIVER = (
    "the driver of the GPU is missing or too old for this torch",
    "update it, or install a build of torch for it (https://pytorch.org/get-started/locally); "
    "`nvidia-smi` shows its version. `--device cpu` needs none",
)
_BROKEN = (
    "the GPU stopped at a fault",
    "run the command again with CUDA_LAUNCH_BLOCKING=1 in the environment, which names the "
    "operation, or with `--device cpu`",
)

#: A part of the text of an error, in lower case -> what happened, and what to do.
EXPLANATIONS = {
    "out of memory": _MEMORY,
    "_status_alloc_failed": _MEMORY,
    "cuda driver version is insufficient": _DRIVER,
    "nvidia driver on your system is too old": _DRIVER,
    "found no nvidia driver": _DRIVER,
    "no cuda gpus are available": _DRIVER,
    "no kernel image is available": (
        "this torch has no code for this GPU",
        "install a build that has it (https://pytorch.org/get-started/locally), or use "
        "`--device cpu`",
    ),
    "device-side assert": (
        "an operation on the GPU refused its input, such as an id without a row in a table",
        "the same command with `--device cpu` names the operation and the value",
    ),
    "illegal memory access": _BROKEN,
    "unspecified launch failure": _BROKEN,
    "does not have a deterministic implementation": (
        "an operation of this model has no deterministic form",
        "leave `--deterministic` out, or use `--device cpu`",
    ),
}


def device_error(error: BaseException) -> DeviceError | None:
    """Return what `error` means and what to do next; None if it is no error of a device."""
    if not isinstance(error, RuntimeError):
        return None
    text = f"{type(error).__name__}: {error}".replace("OutOfMemoryError", "out of memory")
    for part, (meaning, advice) in EXPLANATIONS.items():
        if part in text.lower():
            said = str(error).strip().partition("\n")[0]
            return DeviceError(f"{meaning} ({said}): {advice}")
    return None


@contextmanager
def explained_device_errors(advice: str = "") -> Iterator[None]:
    """Raise errors of a device in the block as `DeviceError`.

    Args:
        advice: a sentence that is added to them.
    """
    try:
        yield
    except RuntimeError as error:
        explained = device_error(error)
        if explained is None:
            raise
        raise DeviceError(f"{explained}{'. ' if advice else ''}{advice}") from error
