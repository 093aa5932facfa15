"""The worker's end of a grader's process.

A worker of a cluster runs tasks in threads, where neither timers nor forks are safe, and it may
not have children of `multiprocessing`. So each of its threads has a process that grades.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import weakref
from contextlib import suppress

#: The program; tests take another one.
COMMAND = [sys.executable, "-P", "-m", "autograder.classes.clusters.serve"]
#: Seconds that a process may take to end once its standard input is closed.
END_SECONDS = 5.0

_of_this_thread = threading.local()
_running: weakref.WeakSet[GraderProcess] = weakref.WeakSet()


class GraderLostError(Exception):
    """The process that graded a job has ended."""


class GraderProcess:
    """A process that grades one job after the other; it ends with this object, and its parent."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            COMMAND, stdin=pipe, stdout=pipe, text=True, encoding="utf-8"
        )
        self.close = weakref.finalize(self, _end, self._process)
        _running.add(self)

    def grade(self, task: str) -> str:
        """Return the outcome of a task.

        Raises:
            GraderLostError: the process has ended instead.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise GraderLostError("the process has no pipes")
        try:
            stdin.write(f"{task}\n")
            stdin.flush()
            answer = stdout.readline()
        except OSError:
            answer = ""
        if not answer.endswith("\n"):
            self.close()
            raise GraderLostError(f"exit status {self._process.returncode}")
        return answer


def grade_here(task: str) -> str:
    """Grade a task in the process of this thread, which is started if there is none.

    Raises:
        GraderLostError: it was lost; the next task starts another.
    """
    grader: GraderProcess | None = getattr(_of_this_thread, "grader", None)
    if grader is None or not grader.close.alive:
        grader = _of_this_thread.grader = GraderProcess()
    return grader.grade(task)


def end_graders() -> None:
    """End all graders of this process, also those that grade."""
    for grader in list(_running):
        grader.close()


def _end(process: subprocess.Popen[str]) -> None:
    """End a process, and wait for it; a thread that waits for its answer gets none."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):  # there may be a task that it has not read
            if stream is not None:
                stream.close()
