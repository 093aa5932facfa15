"""Runs commands as a person does: in a pipe, or in a terminal of 80 columns and 24 lines."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds for one command, and for one screen of `--watch`.
LONGEST = 1800.0
#: What a terminal receives in addition to text: colours, and where to write.
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][A-Z0-9]|[=>78])")
#: A line that is shown while a check runs.
_SPINNER = tuple(chr(code) for code in range(0x2800, 0x2900))
_CLEARED = "\x1b[2J"


class Terminal:
    """A shell in one folder.

    Args:
        programs: the folder with the installed commands.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**kept, "PATH": path, "HOME": str(folder.parent), "TERM": "xterm"}

    def run(self, command: str) -> str:
        """Return what `command` prints."""
        return self.ended(command)[1]

    def ended(self, command: str) -> tuple[int, str]:
        """Return the exit code of `command`, and what it prints."""
        with self.started(command) as process:
            output, _ = process.communicate(timeout=LONGEST)
        return process.returncode, self.from_home(output.rstrip())

    @contextmanager
    def started(self, command: str) -> Iterator[subprocess.Popen[str]]:
        """Start `command` with a pipe for all that it prints; afterwards it is stopped.

        It is the leader of a group of processes, as a command that a shell has started.
        """
        with self._group(command, None, subprocess.PIPE, subprocess.STDOUT) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    def watch(self, command: str, save: Callable[[], object], expected: tuple[str, str]) -> str:
        """Return the last screen of a command that watches, and what it says after Ctrl-C.

        A file is changed by `save` on the way.

        Args:
            expected: a text of the screen before the change, and of the one after it.

        Raises:
            TimeoutError: an expected text does not come.
        """
        screen, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        with self._group(command, other, other, other) as process:
            os.close(other)
            try:
                before = _until(screen, expected[0])
                save()
                shown = before + _until(screen, expected[1]) + _rest(screen)
            finally:
                process.send_signal(signal.SIGINT)
                ended = _rest(screen)
                os.close(screen)
        return self.from_home(_plain(shown + ended))

    def _group(
        self, command: str, given: int | None, output: int, errors: int
    ) -> subprocess.Popen[str]:
        """Start `command` as the leader of a group, which Ctrl-C ends.

        What a shell starts in the background ignores Ctrl-C, and so does what that starts.
        """
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                shlex.split(command),
                cwd=self._folder,
                env=self._environment,
                stdin=given,
                stdout=output,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        finally:
            signal.signal(signal.SIGINT, before)

    def from_home(self, text: str) -> str:
        """Return `text` with `~` in place of the home folder."""
        return text.replace(self._environment["HOME"], "~")


def _until(screen: int, expected: str) -> str:
    text, end = "", time.monotonic() + LONGEST
    while expected not in _CONTROL.sub("", text):
        if time.monotonic() > end:
            raise TimeoutError(f"no '{expected}' on the screen:\n{_CONTROL.sub('', text)}")
        text += _read(screen)
    return text


def _rest(screen: int) -> str:
    text = ""
    while more := _read(screen):
        text += more
    return text


def _read(screen: int) -> str:
    if not select.select([screen], [], [], 3.0)[0]:
        return ""
    try:
        return os.read(screen, 1 << 16).decode("utf-8", "replace")
    except OSError:  # the other end is closed
        return ""


def _plain(text: str) -> str:
    """Return the text of the last screen."""
    last = text.rpartition(_CLEARED)[2]
    lines = _CONTROL.sub("", last).replace("\r\n", "\n").replace("\r", "\n").splitlines()
    kept = (line.rstrip() for line in lines if not line.startswith(_SPINNER))
    return "\n".join(kept).strip("\n")
