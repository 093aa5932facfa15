"""What a sandbox costs and contains on this machine, measured before a run."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from autograder.isolation.host.launch import WorkerSpec
from autograder.isolation.host.time_limits import TimeLimit
from autograder.isolation.sandboxes import Sandbox
from autograder.isolation.sandboxes.fork import ForkSandbox
from autograder.isolation.sandboxes.scratch import remove_scratch
from framework.importing import in_one_line

#: Starts of which the fastest counts, and seconds that one may take.
_STARTS, _LIMIT = 3, 20.0


def price(sandbox: Sandbox) -> str:
    """Return in a sentence how long a worker takes to start, and what is not contained.

    Of a sandbox that starts each worker anew, the fork server's time stands beside it.
    """
    try:
        seconds, uncontained = _measured(sandbox)
    except Exception as error:  # grading itself reports what hinders it
        return f"sandbox {sandbox.label}: no worker started ({in_one_line(error)})"
    told = f"sandbox {sandbox.label}: a worker starts in {_milliseconds(seconds)}"
    if not isinstance(sandbox, ForkSandbox):
        told += f" ({_with_fork_server()})"
    return f"{told}; not contained: {', '.join(uncontained)}" if uncontained else told


def _with_fork_server() -> str:
    server = ForkSandbox()
    reason = server.unavailable()
    if reason is not None:
        return "`--sandbox fork` does not work here"
    try:
        return f"with `--sandbox fork` in {_milliseconds(_measured(server)[0])}"
    finally:
        server.close()


def _measured(sandbox: Sandbox) -> tuple[float, list[str]]:
    """Return the seconds until a worker is ready, and what it says that is not contained."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="gradus-") as submission:
        scratch = Path(tempfile.mkdtemp(prefix="gradus-"))
        try:
            launch = WorkerSpec(sandbox, Path(submission), scratch, {}).launch("doctor")
            for _ in range(_STARTS):
                started = time.perf_counter()
                worker = launch.start()
                try:
                    greeting = worker.exchange(b"", TimeLimit(_LIMIT, _LIMIT))
                    seconds.append(time.perf_counter() - started)
                finally:
                    worker.close()
        finally:
            remove_scratch(scratch)
    return min(seconds), [*map(str, greeting["uncontained"]), *sandbox.gaps()]


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"
