"""The sandboxes: which work here, which one `auto` takes, and what each does not contain."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.installation.facts import Fact
from autograder.isolation.host.launch import WorkerSpec
from autograder.isolation.host.time_limits import TimeLimit
from autograder.isolation.sandboxes import BUILT_IN, Sandbox, choose
from autograder.isolation.sandboxes.choose import AUTO
from autograder.isolation.sandboxes.scratch import remove_scratch
from framework.errors import GradusError
from framework.importing import in_one_line, load_target
from framework.providers.plugins import Plugins

#: How long a worker may take to start, in seconds.
_START_SECONDS = 20.0


def sandbox_facts(plugin: Sequence[str] = (), block: Sequence[str] = ()) -> Iterator[Fact]:
    """Start a worker in every sandbox, and tell what the worker reports.

    That the automatic choice does not work is a problem: nothing can be graded then. That another
    one does not work is a fact.

    Args:
        plugin: modules or paths whose sandboxes are tried too.
        block: names of plugins whose sandboxes are not tried.
    """
    chosen = choose(AUTO).name
    yield Fact(AUTO, f"takes {chosen}")
    for name, kind in {**BUILT_IN, **_of_plugins(plugin, block)}.items():
        value, works = _tried(kind())
        is_needed = name == chosen and not works
        yield Fact(name, value, f"{value}. Without it nothing can be graded" if is_needed else "")


def _of_plugins(plugin: Sequence[str], block: Sequence[str]) -> dict[str, type[Sandbox]]:
    """Return the sandboxes of plugins; none if a plugin cannot be loaded, which is reported."""
    try:
        targets = Plugins(plugin, blocked=block).named("register_sandboxes")
    except GradusError:
        return {}
    return {name: load_target(target) for name, target in targets.items()}


def _tried(sandbox: Sandbox) -> tuple[str, bool]:
    """Return what became of a worker in `sandbox`, and whether it started."""
    reason = sandbox.unavailable()
    if reason is not None:
        return f"does not work here: {reason}", False
    try:
        _, uncontained = start_worker(sandbox)
    except Exception as error:  # whatever hinders a worker from starting
        return f"does not start a worker: {in_one_line(error)}", False
    if not uncontained:
        return "level full: all parts of the confinement are in force", True
    return "\n".join(
        ["level partial; not contained:", *(f"- {text}" for text in uncontained)]
    ), True


def start_worker(sandbox: Sandbox) -> tuple[float, list[str]]:
    """Start and end a worker; return the seconds of its start, and what is not contained."""
    with tempfile.TemporaryDirectory(prefix="gradus-") as submission:
        scratch = Path(tempfile.mkdtemp(prefix="gradus-"))
        launch = WorkerSpec(sandbox, Path(submission), scratch, {}).launch("doctor")
        started = time.perf_counter()
        worker = launch.start()
        try:
            greeting = worker.exchange(b"", TimeLimit(_START_SECONDS, _START_SECONDS))
            seconds = time.perf_counter() - started
        except Exception as error:
            printed = worker.output.take().strip()[-500:]
            raise RuntimeError(f"{type(error).__name__} {error} {printed}") from error
        finally:
            worker.close()
            remove_scratch(scratch)
    return seconds, [*map(str, greeting["uncontained"]), *sandbox.gaps()]
