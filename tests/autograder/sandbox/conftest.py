"""Fixtures that run pieces of code inside real sandboxes."""

from __future__ import annotations

import json
import os
import selectors
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from denied_namespaces import DeniedForkSandbox
from repository import text_of

from autograder.sandbox.confine import Limits
from autograder.sandbox.runners import BUILT_IN, Sandbox, build_view, interpreter
from autograder.sandbox.runners.filesystem_view import installed_packages
from autograder.sandbox.runners.fork import ForkSandbox
from autograder.sandbox.runners.processes import RunningProcess
from autograder.sandbox.runners.worker_modules import copy_worker_modules
from framework.importing import load_target

#: What the worker's entry does, without a channel: isolate, import, lock, run what is given.
ENTRY = text_of("texts/sandbox/entry.py")


@dataclass(frozen=True)
class Probe:
    """What a worker left behind."""

    status: int
    printed: list[str]
    errors: str


@contextmanager
def _worker(
    sandbox: Sandbox,
    code: str,
    *,
    limits: Limits | None = None,
    imports: str = "",
    before: str = "",
    extra: tuple[Path, ...] = (),
    packages: tuple[str, ...] = ("numpy", "msgpack"),
) -> Iterator[RunningProcess]:
    """A running worker that is about to run `code`; killed at the end."""
    limits = limits or Limits()
    with tempfile.TemporaryDirectory() as folder:
        modules, scratch = Path(folder, "modules"), Path(folder, "scratch")
        scratch.mkdir()
        copy_worker_modules(modules)
        installed = installed_packages(packages)
        view = build_view([*extra, modules, *installed.files], scratch)
        settings = {
            "modules": str(modules),
            "packages": installed.modules,
            "view": asdict(sandbox.seen_by(view)),
            "limits": asdict(limits),
            "before": before,
            "imports": imports,
            "code": code,
        }
        argv = [interpreter(), "-I", "-S", "-B", "-c", ENTRY, json.dumps(settings)]
        process = sandbox.spawn(argv, view, limits)
        try:
            yield process
        finally:
            sandbox.kill(process)
            for stream in (process.stdin, process.stdout, process.stderr):
                stream.close()


def _probe(sandbox: Sandbox, code: str, *, seconds: float = 20, **settings: object) -> Probe:
    """Run `code` in a worker to its end and return what it left behind."""
    with _worker(sandbox, code, **settings) as process:  # type: ignore[arg-type]
        printed, errors = _printed(process, time.monotonic() + seconds)
        process.wait(seconds)
    lines = printed.decode().splitlines()
    assert lines[:1] == ["started"], errors.decode()
    return Probe(process.returncode, lines[1:], errors.decode())


def _printed(process: RunningProcess, deadline: float) -> tuple[bytes, bytes]:
    """All of its output and errors; its standard input stays open: the end of it ends a worker."""
    results = {process.stdout: b"", process.stderr: b""}
    with selectors.DefaultSelector() as waiting:
        for stream in results:
            waiting.register(stream, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(deadline - time.monotonic())
            assert ready, f"it still runs: {results}"
            for key, _ in ready:
                piece = os.read(key.fd, 1 << 16)
                results[key.fileobj] += piece
                if not piece:
                    waiting.unregister(key.fileobj)
    return tuple(results.values())


#: The sandboxes by name, and a fork server that is denied namespaces.
KINDS = {name: load_target(target) for name, target in BUILT_IN.items()}
KINDS["fork without namespaces"] = DeniedForkSandbox


@pytest.fixture(scope="session")
def started() -> Iterator[dict[str, Sandbox]]:
    """One sandbox of each kind that works here, started with its first use."""
    results: dict[str, Sandbox] = {}
    yield results
    for sandbox in results.values():
        if isinstance(sandbox, ForkSandbox):
            sandbox.close()


@pytest.fixture(params=sorted(KINDS))
def sandbox(request: pytest.FixtureRequest, started: dict[str, Sandbox]) -> Sandbox:
    """Each sandbox in turn; skipped, with the reason, where it is not to be had."""
    if request.param not in started:
        sandbox = KINDS[request.param]()
        reason = sandbox.unavailable()
        if reason is not None:
            pytest.skip(reason)
        started[request.param] = sandbox
    return started[request.param]


@pytest.fixture
def worker() -> Callable[..., AbstractContextManager[RunningProcess]]:
    """`worker(sandbox, code, ...)`: see `_worker`."""
    return _worker


@pytest.fixture
def probe() -> Callable[..., Probe]:
    """`probe(sandbox, code, ...)`: see `_probe`."""
    return _probe
