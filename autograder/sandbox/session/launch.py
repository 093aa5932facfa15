"""What it takes to start a worker for one exercise of one submission."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.sandbox.confine import MEBIBYTE, Limits
from autograder.sandbox.runners import Sandbox, build_view, interpreter
from autograder.sandbox.runners.filesystem_view import (
    InstalledPackages,
    installed_packages,
    is_installed,
    temporary_folder,
)
from autograder.sandbox.runners.worker_modules import (
    EVERYTHING,
    NUMPY_ARRAYS,
    PACKAGES,
    WORKER_PACKAGES,
    GradedImports,
    copy_worker_modules,
    third_party_imports,
)
from autograder.sandbox.session.process import Launch, TimeLimit, WorkerProcess

#: How long a worker may take to start, in seconds.
_START_SECONDS = 20.0
#: It requires many packages, so only a submission that mentions it sees it.
PLOTTING = "matplotlib"
#: PyTorch takes half a gigabyte before the submission is imported.
HEAVY_MEMORY = 4 << 30
#: A CUDA context reserves tens of gigabytes of address space.
DEVICE_MEMORY = 64 << 30


@dataclass(frozen=True)
class WorkerSpec:
    """What the workers of one submission have in common.

    Args:
        folder: one ``EXERCISE.py`` per submitted exercise.
        scratch: an empty folder for the files that each worker imports and writes.
        arrays: target of the `framework.interfaces.Arrays` that arguments are turned into.
        parts: registry name -> (exercise, name in its file).
        added_imports: packages and modules of `framework` that the course lets graded code import.
    """

    sandbox: Sandbox
    folder: Path
    scratch: Path
    parts: Mapping[str, tuple[str, str]]
    arrays: str = NUMPY_ARRAYS
    device: str = "cpu"
    added_imports: tuple[str, ...] = ()

    def launch(self, exercise: str, memory: int | None = None) -> Launch:
        """Return what it takes to start a worker that serves `exercise`.

        A worker with NumPy may use `memory` mebibytes; None: the default.
        """
        backend = third_party_imports(self.arrays)
        imports = GradedImports.with_added((*backend, *self.added_imports))
        added = [name for name, names in imports.framework.items() if names == EVERYTHING]
        modules = self.sandbox.modules(self.arrays, tuple(added)) or self.scratch / "modules"
        if not modules.exists():
            copy_worker_modules(modules, added, self.arrays)
        installed, scratch = self._installed(imports), self.scratch / "own"
        scratch.mkdir(exist_ok=True)
        is_cpu = self.device == "cpu"
        devices = [] if is_cpu else sorted(Path("/dev").glob("nvidia*"))
        files = [self.folder, modules, *installed.files]
        view = self.sandbox.seen_by(build_view(files, scratch, devices))
        of_numpy = Limits().memory if memory is None else memory * MEBIBYTE
        on_cpu = of_numpy if self.arrays == NUMPY_ARRAYS else HEAVY_MEMORY
        limits = Limits(memory=on_cpu if is_cpu else DEVICE_MEMORY)
        settings = {
            "modules": str(modules),
            "packages": installed.modules,
            "metadata": installed.metadata,
            "imports": asdict(imports),
            "view": asdict(view),
            "limits": asdict(limits),
            "folder": str(self.folder),
            "exercise": exercise,
            "parts": dict(self.parts),
            "arrays": self.arrays,
            "device": self.device,
        }
        entry = modules / "autograder" / "sandbox" / "worker" / "main.py"
        argv = [interpreter(), "-I", "-S", "-B", "-Xutf8", str(entry), json.dumps(settings)]
        return Launch(self.sandbox, argv, view, limits)

    def _installed(self, imports: GradedImports) -> InstalledPackages:
        """Return the files of the packages that the worker or the submission imports."""
        names = (*WORKER_PACKAGES, *(name for name in imports.packages if name not in PACKAGES))
        texts = (file.read_bytes() for file in self.folder.glob("*.py"))
        plots = is_installed(PLOTTING) and any(PLOTTING.encode() in text for text in texts)
        return installed_packages((*names, PLOTTING) if plots else names)


def start_worker(sandbox: Sandbox) -> list[str]:
    """Start and end a worker; return what is not contained."""
    with temporary_folder("gradus-") as submission, temporary_folder("gradus-") as scratch:
        launch = WorkerSpec(sandbox, submission, scratch, {}).launch("doctor")
        worker = WorkerProcess(launch)
        try:
            greeting = worker.exchange(b"", TimeLimit(_START_SECONDS, _START_SECONDS))
        except Exception as error:
            printed = worker.output.take().strip()[-500:]
            raise RuntimeError(f"{type(error).__name__} {error} {printed}") from error
        finally:
            worker.close()
    return [*map(str, greeting["uncontained"])]
