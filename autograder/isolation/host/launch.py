"""What it takes to start a worker for one exercise of one submission."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import framework
from autograder.isolation.confine import Limits
from autograder.isolation.host.process import Launch
from autograder.isolation.sandboxes import Sandbox, build_view, interpreter, site_folders

PACKAGE_ROOT = Path(framework.__file__).parent.parent
ENTRY = PACKAGE_ROOT / "autograder" / "isolation" / "worker" / "main.py"
NUMPY_ARRAYS = "framework.interfaces:NumpyArrays"
#: PyTorch alone takes half a gigabyte before a student's first line.
HEAVY_MEMORY = 4 << 30
#: A CUDA context reserves address space by the dozen gigabytes.
DEVICE_MEMORY = 64 << 30


@dataclass(frozen=True)
class WorkerSpec:
    """Where the workers of one run live.

    Args:
        folder: one ``EXERCISE.py`` per submitted exercise.
        scratch: an empty folder for what they write.
        arrays: target of the `framework.interfaces.Arrays` that arguments are turned into.
        parts: registry name -> (exercise, name in its file).
    """

    sandbox: Sandbox
    folder: Path
    scratch: Path
    parts: Mapping[str, tuple[str, str]]
    arrays: str = NUMPY_ARRAYS
    device: str = "cpu"

    def launch(self, exercise: str) -> Launch:
        """How to start a worker that serves `exercise`."""
        extra = [self.folder, *_files_of(self.arrays)]
        view = self.sandbox.seen_by(
            build_view(PACKAGE_ROOT, site_folders(), extra, self.scratch, _devices(self.device))
        )
        limits = Limits(memory=self._memory())
        settings = {
            "path": [str(PACKAGE_ROOT), *map(str, site_folders())],
            "view": view.to_json(),
            "limits": limits.to_json(),
            "folder": str(self.folder),
            "exercise": exercise,
            "parts": dict(self.parts),
            "arrays": self.arrays,
            "device": self.device,
        }
        argv = [interpreter(), "-I", "-S", "-B", str(ENTRY), json.dumps(settings)]
        return Launch(self.sandbox, argv, view, limits)

    def _memory(self) -> int:
        if self.device != "cpu":
            return DEVICE_MEMORY
        return Limits().memory if self.arrays == NUMPY_ARRAYS else HEAVY_MEMORY


def _files_of(target: str) -> Iterator[Path]:
    """The module of `target` and the ``__init__`` files above it; framework's are there anyway."""
    parts = target.partition(":")[0].split(".")
    if parts[0] == "framework":
        return
    for depth in range(1, len(parts) + 1):
        spec = importlib.util.find_spec(".".join(parts[:depth]))
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin)


def _devices(device: str) -> list[Path]:
    return sorted(Path("/dev").glob("nvidia*")) if device != "cpu" else []
