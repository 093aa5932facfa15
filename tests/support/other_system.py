"""Runs a command as on another system: ``python other_system.py darwin grade activations``.

On that system itself, the command runs as it is. Elsewhere, it is simulated:
The names that the system does not have are gone before gradus is imported: forks, sessions, kinds
of signals, limits of resources, `select.poll`. Workers start in the same way. `/proc` is hidden.
"""

from __future__ import annotations

import importlib
import io
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

#: What each system does not have, of what Linux has.
MISSING = tomllib.loads(
    (Path(__file__).parents[1] / "data/texts/other_system/missing.toml").read_text("utf-8")
)


def become(platform: str) -> None:
    """Let this process find `platform`; the standard library is imported as what it is."""
    import asyncio
    import ctypes
    import getpass
    import importlib.metadata
    import multiprocessing.connection
    import shutil
    import sysconfig
    import webbrowser
    import zipfile

    import numpy
    import psutil
    import rich.console
    import typer

    for module in (psutil, shutil, subprocess):  # they are those of this system
        module.os = SimpleNamespace(**vars(os))  # type: ignore[attr-defined]
        module.signal = SimpleNamespace(**vars(signal))  # type: ignore[attr-defined]
    sysconfig.get_config_vars()
    loaded = (asyncio, ctypes, getpass, importlib.metadata, multiprocessing.connection, shutil)
    assert all((*loaded, webbrowser, zipfile, numpy, psutil, rich.console, typer))
    if platform == "win32":
        io._WindowsConsoleIO = bytes  # type: ignore[attr-defined]  # pytest looks for it
    take_away(platform)


def take_away(platform: str) -> None:
    """Remove what `platform` does not have."""
    for of_module, names in MISSING[platform]["names"].items():
        module = importlib.import_module(of_module)
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in MISSING[platform]["modules"]:
        sys.modules[name] = None  # type: ignore[assignment]
    sys.platform = platform


def start_workers_there(platform: str) -> None:
    """Let `ProcessSandbox` start its workers as on `platform`, with no files of processes."""
    from autograder.sandbox.runners import processes
    from autograder.sandbox.runners.base import BubblewrapSandbox, ProcessSandbox

    spawn = ProcessSandbox.spawn
    here = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); "
    run = f"import other_system; other_system.worker({platform!r})"

    def elsewhere(
        self: ProcessSandbox, argv: list[str], *settings: object
    ) -> subprocess.Popen[bytes]:
        *options, entry, given = argv
        return spawn(self, [*options, "-c", here + run, entry, given], *settings)  # type: ignore[arg-type]

    ProcessSandbox.spawn = elsewhere  # type: ignore[method-assign, assignment]
    BubblewrapSandbox.unavailable = lambda self: "it needs Linux"  # type: ignore[method-assign]
    processes._PROC = Path(tempfile.gettempdir()) / "no-proc"


def worker(platform: str) -> None:
    """Run the worker's program, which the command line names."""
    take_away(platform)
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


def run(platform: str, command: str, *arguments: str) -> NoReturn:
    """Run `command`, of gradus or ``pytest``, as on `platform`."""
    if sys.platform != platform:
        become(platform)
        start_workers_there(platform)
    sys.argv = [command, *arguments]
    if command == "grade":
        from autograder.cli import main
    elif command == "gradus":
        from framework.cli import main
    else:
        from pytest import console_main as main
    sys.exit(main())


if __name__ == "__main__":
    run(*sys.argv[1:])
