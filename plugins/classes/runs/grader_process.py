"""A process that grades one job after the other, for a thread of a cluster's worker.

A worker of a cluster runs tasks in threads, where neither timers nor forks are safe, and it may
not have children of `multiprocessing`. So each of its threads starts this module as a program. A
task goes in as a line of JSON, its outcome comes back as a line, and both are checked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from autograder.public.courses import course_hash
from autograder.public.grading import GradeOptions, libc
from framework.threads import pin_threads
from plugins.classes.runs.engine import Job, JobOutcome
from plugins.classes.runs.grade_job import environment_of, grade_job, setting_of


@dataclass(frozen=True)
class RemoteJob:
    """A job, and the course and versions that the machine must have.

    Attributes:
        revision, environment: of the course, and of the packages.
    """

    options: GradeOptions
    revision: str
    environment: str
    job: Job

    def text(self) -> str:
        """Return it as JSON."""
        return msgspec.json.encode(self, enc_hook=str).decode()  # a path is a text

    @classmethod
    def parse(cls, text: str) -> RemoteJob:
        """Return the job that `text` is."""
        return msgspec.json.decode(text, type=cls, dec_hook=lambda kind, path: kind(path))


def outcome_text(outcome: JobOutcome) -> str:
    """Return an outcome as JSON."""
    return msgspec.json.encode(outcome).decode()


def outcome_from(text: object) -> JobOutcome:
    """Return the outcome that `text` is; any other text is a fault of the grader."""
    try:
        if type(text) is not str:
            raise TypeError("no text")
        outcome = msgspec.json.decode(text, type=JobOutcome)
        if outcome.result is not None:
            msgspec.json.decode(outcome.result.report)
    except (msgspec.MsgspecError, TypeError, RecursionError, UnicodeError) as error:
        return JobOutcome(fault=f"a worker returned no outcome: {type(error).__name__}: {error}")
    return outcome


#: The program; tests take another one.
COMMAND = [sys.executable, "-P", "-m", "plugins.classes.runs.grader_process"]
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


def main() -> None:
    """Grade one job after the other, until standard input ends."""
    pin_threads()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform == "linux":
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGTERM)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # printed text must not mix with answers
    for line in sys.stdin:
        print(outcome_text(graded(RemoteJob.parse(line))), file=answers, flush=True)


def graded(task: RemoteJob) -> JobOutcome:
    """Grade a task; a machine that would give other results has a fault."""
    try:
        different = difference(task.options, task.revision, task.environment)
    except Exception as error:  # a course that is not there
        different = f"{type(error).__name__}: {error}"
    return JobOutcome(fault=different) if different else grade_job(task.options, task.job)


@lru_cache(maxsize=4)
def difference(options: GradeOptions, revision: str, environment: str) -> str:
    """Return the difference between this machine and the run; empty without a difference.

    Raises:
        GradusError: the course, a plugin or the sandbox cannot be used here.
    """
    own = environment_of(options)
    if own != environment:
        return f"a worker has {own} instead of {environment}"
    own_revision = course_hash(setting_of(options).course)
    if own_revision != revision:
        return f"a worker has the course {own_revision[:12]} instead of {revision[:12]}"
    return ""


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # the worker has ended
        sys.exit(1)
