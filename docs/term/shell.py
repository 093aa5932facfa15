"""The shell of the instructor: installed commands, one that is interrupted, and a server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path

from docs.transcripts.terminal import LONGEST, Terminal

#: Seconds between two looks at what a command has done.
_TICK = 0.05
_ADDRESS = re.compile(r"http://\S+")


class InstalledShell:
    """Types the commands of this environment in `folder`; its home is the folder above."""

    def __init__(self, folder: Path) -> None:
        self._terminal = Terminal(folder, Path(sys.executable).parent)

    def ended(self, command: str) -> tuple[int, str]:
        """Return the exit code of `command`, and what it prints."""
        return self._terminal.ended(command)

    def interrupted(self, command: str, is_time: Callable[[], bool]) -> str:
        """Return what `command` prints where Ctrl-C is pressed as soon as `is_time`.

        Raises:
            TimeoutError: that time does not come.
        """
        with self._terminal.started(command) as process:
            _wait_until(is_time, process)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all of its processes
            output, _ = process.communicate(timeout=LONGEST)
        return self._terminal.from_home(output.rstrip())

    def served(self, command: str) -> tuple[str, str]:
        """Return the first line that a server prints, and the page there; it is stopped then."""
        with self._terminal.started(command) as process:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            page = _page_at(line)
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=LONGEST)
        return line, page


def _wait_until(is_time: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + LONGEST
    while not is_time():
        if process.poll() is not None or time.monotonic() > end:
            raise TimeoutError("the command was not interrupted: it ended before")
        time.sleep(_TICK)


def _page_at(line: str) -> str:
    """Return the page at the address in `line`, whose token becomes a cookie."""
    address = _ADDRESS.search(line)
    if address is None:
        return ""
    jar = urllib.request.HTTPCookieProcessor(CookieJar())
    with urllib.request.build_opener(jar).open(address[0], timeout=LONGEST) as answer:
        content: bytes = answer.read()
    return content.decode("utf-8")
