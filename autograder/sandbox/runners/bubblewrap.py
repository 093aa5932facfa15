"""The sandbox of the bubblewrap program: an empty file system with explicit grants."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.confine.namespaces import INNER_ID
from autograder.sandbox.runners.base import KILL_SECONDS, Sandbox, start
from autograder.sandbox.runners.processes import NamespaceTree, RunningProcess, has_proc

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


class BubblewrapSandbox(Sandbox):
    """Starts the worker by bubblewrap, which builds its view before Python starts."""

    name = "bubblewrap"

    @cached_property
    def program(self) -> str | None:
        """Where bwrap is."""
        return shutil.which("bwrap")

    def unavailable(self) -> str | None:
        """Try it for real, which takes milliseconds: many containers and systems forbid it."""
        if self.program is None:
            return f"bubblewrap is not installed: {INSTALL}"
        everything = FilesystemView(
            read_only=("/",), scratch=str(Path(tempfile.gettempdir()).resolve())
        )
        command = [*self.command(everything, Limits()), "--", self.program, "--version"]
        try:
            done = subprocess.run(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=_TRIAL_SECONDS,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"bubblewrap cannot be started: {error}"
        return None if done.returncode == 0 else _explain(done.stderr)

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
