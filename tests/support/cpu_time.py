"""Processor time of a piece of work with all its processes, however they end."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Where control groups of processor time are made: version 1, or version 2.
_VERSION_1, _VERSION_2 = Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup")


def in_own_group(work: Callable[[], object]) -> tuple[object, float]:
    """Do `work` in a forked process; return what it returns, as JSON holds it, and its CPU time.

    The time is that of a control group, and where none can be made, that of the process and of
    the children that were waited for.
    """
    with _group() as folder:
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            _work(work, folder, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as stream:
            found = stream.read()
        _, status, usage = os.wait4(pid, 0)
        assert found, f"the work ended with status {status}"
        seconds = _used(folder) if folder is not None else usage.ru_utime + usage.ru_stime
    return json.loads(found), seconds


def _work(work: Callable[[], object], folder: Path | None, writing: int) -> None:
    status = 1
    try:
        if folder is not None:
            (folder / "cgroup.procs").write_text(str(os.getpid()))
        found = json.dumps(work()).encode()
        with os.fdopen(writing, "wb") as stream:
            stream.write(found)
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


@contextmanager
def _group() -> Iterator[Path | None]:
    """A new control group; None where none can be made."""
    parent = _VERSION_1 if _VERSION_1.is_dir() else _VERSION_2
    folder = parent / f"gradus-{os.getpid()}-{time.monotonic_ns()}"
    try:
        folder.mkdir()
        _used(folder)
    except (OSError, KeyError):
        yield None
        return
    try:
        yield folder
    finally:
        _end(folder)


def _end(folder: Path) -> None:
    """End what is left in the group, and remove it."""
    for _ in range(50):
        with suppress(OSError):
            for pid in (folder / "cgroup.procs").read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            folder.rmdir()
            return
        time.sleep(0.02)


def _used(folder: Path) -> float:
    """Seconds of processor time that the group has used."""
    if (folder / "cpuacct.usage").is_file():
        return int((folder / "cpuacct.usage").read_text()) / 1e9
    lines = (folder / "cpu.stat").read_text().splitlines()
    return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6
