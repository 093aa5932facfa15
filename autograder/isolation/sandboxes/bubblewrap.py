"""The sandbox of the bubblewrap program: an empty file system with explicit grants."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from autograder.isolation.confine import FilesystemView, Limits
from autograder.isolation.confine.namespaces import INNER_ID
from autograder.isolation.sandboxes.base import KILL_SECONDS, Sandbox, start
from autograder.isolation.sandboxes.proc_files import NamespaceTree
from autograder.isolation.sandboxes.processes import RunningProcess, has_proc

INSTALL = "install it with `apt install bubblewrap` (or dnf, pacman, apk)"

#: No namespace, capability or terminal is shared. The worker's supervisor is process 1: when it
#: ends, all processes of the worker end.
_ISOLATION = (
    "--unshare-all",
    "--unshare-user",
    "--uid",
    str(INNER_ID),
    "--gid",
    str(INNER_ID),
    "--new-session",
    "--as-pid-1",
    "--cap-drop",
    "ALL",
    "--hostname",
    "gradus",
)

_TRIAL_SECONDS = 10.0


class _Trial:
    """A run of bubblewrap that shows whether it works here; the caller goes on meanwhile."""

    def __init__(self, command: list[str]) -> None:
        nowhere, pipe = subprocess.DEVNULL, subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdout=nowhere, stderr=pipe, encoding="utf-8", errors="replace"
        )

    def reason(self) -> str | None:
        """Return why it does not work; None where it does.

        Raises:
            subprocess.TimeoutExpired: it did not end.
        """
        with self._process as process:
            try:
                _, said = process.communicate(timeout=_TRIAL_SECONDS)
            except BaseException:  # an interrupt, too: nothing outlives the grader
                process.kill()
                raise
        return None if process.returncode == 0 else _explain(said)

    def end(self) -> None:
        """End it, whatever it would show."""
        with self._process as process:
            process.kill()


class BubblewrapSandbox(Sandbox):
    """Starts the worker by bubblewrap, which builds its view before Python starts."""

    name = "bubblewrap"

    def __init__(self) -> None:
        self._trial: _Trial | None = None

    @cached_property
    def program(self) -> str | None:
        """Where bwrap is."""
        return shutil.which("bwrap")

    def unavailable(self) -> str | None:
        """Try it for real, which takes milliseconds: many containers and systems forbid it."""
        if self.program is None:
            return f"bubblewrap is not installed: {INSTALL}"
        try:
            trial, self._trial = self._trial or self._begun_trial(self.program), None
            return trial.reason()
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"bubblewrap cannot be started: {error}"

    @contextmanager
    def tried_meanwhile(self) -> Iterator[None]:
        """Begin the trial of `unavailable`, which has less to wait for within the block."""
        with suppress(OSError):  # it is tried again, and reported, when it is needed
            self._trial = self._begun_trial(self.program) if self.program else None
        try:
            yield
        finally:
            if self._trial is not None:
                self._trial.end()
                self._trial = None

    def _begun_trial(self, program: str) -> _Trial:
        everything = FilesystemView(
            read_only=("/",), scratch=str(Path(tempfile.gettempdir()).resolve())
        )
        return _Trial([*self.command(everything, Limits()), "--", program, "--version"])

    def spawn(
        self, argv: list[str], view: FilesystemView, limits: Limits
    ) -> subprocess.Popen[bytes]:
        """Start `argv` inside; see `Sandbox.spawn`."""
        return start([*self.command(view, limits), "--", *argv], view.scratch)

    def kill(self, process: RunningProcess) -> None:
        """End the worker with its namespace; see `Sandbox.kill`."""
        if has_proc():
            NamespaceTree(process).kill(KILL_SECONDS)
        else:
            super().kill(process)

    def command(self, view: FilesystemView, limits: Limits) -> list[str]:
        """Return the bwrap command line that builds `view`, up to the program to run in it."""
        command = [self.program or "bwrap", *_ISOLATION, *_die_with_parent()]
        links = {path for path in view.read_only if Path(path).is_symlink()}
        # In this order a folder comes before what is hidden or shown inside of it.
        for path in sorted({*view.read_only, *view.hidden} - links):
            hidden = path in view.hidden
            command += ["--tmpfs", path] if hidden else ["--ro-bind", path, path]
        for path in sorted(links):
            command += ["--symlink", str(Path(path).readlink()), path]
        command += ["--proc", "/proc", "--dev", "/dev"]
        for path in view.devices:
            command += ["--dev-bind", path, path]
        command += ["--size", str(limits.scratch), "--tmpfs", view.scratch]
        for path in ("/dev", *view.hidden, "/"):
            command += ["--remount-ro", path]
        return [*command, "--chdir", view.scratch]

    def seen_by(self, view: FilesystemView) -> FilesystemView:
        """Return the same view, marked as built."""
        return replace(view, namespaced=True)


def _die_with_parent() -> list[str]:
    """Return the option that ends the worker with the host; none in other threads.

    The worker ends with its standard input in any case; this is for a host that is killed while
    something else holds the pipe.
    """
    on_main_thread = threading.current_thread() is threading.main_thread()
    return ["--die-with-parent"] if on_main_thread else []


def _explain(message: str) -> str:
    """Return why bwrap failed, with what helps."""
    reason = message.strip().splitlines()[-1] if message.strip() else "it says nothing"
    if "--size" in reason:
        return f"bubblewrap is too old (0.7 or newer is needed): {INSTALL}"
    return (
        f"bubblewrap does not work here ({reason}): allow unprivileged user namespaces, in a "
        "container with `--security-opt seccomp=unconfined`, or use `--sandbox process`"
    )
