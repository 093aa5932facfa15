"""One exercise of a watched submission, graded in a process of its own.

The process is forked before the file is saved. It collects the checks, imports the reference and
starts a worker, and waits for the submission. After the save, only the import of the submission's
file, the checks and their report are left. Each run has a new process: nothing of an earlier one
is in it. Nothing here imports NumPy, so that the first process starts at once.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from autograder.course.reading import Exercise
from autograder.grading.parallel import load_grader
from autograder.grading.setting import Setting
from autograder.grading.workers import Workers, needs, new_scratch
from autograder.isolation.confine import libc
from autograder.isolation.sandboxes.base import KILL_SECONDS, tree_of
from autograder.isolation.sandboxes.scratch import remove_scratch
from autograder.record.results import CheckResult, ExerciseResult
from autograder.submissions.submission import Submission
from framework.errors import GradusError, SandboxError
from framework.processes.termination import end_at_once

OnCheck = Callable[[CheckResult], None]


class Run:
    """The process that grades `exercise` once.

    Args:
        submission: an earlier state of what is graded, or that itself: its folder and the names of
            its files stay the same.
        plugins: of pytest, as `Only`, which leaves checks out.
        rehearsed: whether the checks run on `submission` while the process waits.
    """

    def __init__(
        self,
        setting: Setting,
        submission: Submission,
        exercise: Exercise,
        plugins: Sequence[object] = (),
        *,
        rehearsed: bool = False,
    ) -> None:
        self._exercise, self._needs = exercise, needs(submission)
        self._scratch = new_scratch()
        prepared = _Prepared(setting, submission, exercise, plugins, self._scratch, rehearsed)
        context = multiprocessing.get_context("fork")
        self._channel, theirs = context.Pipe()
        arguments = (theirs, self._channel, prepared)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def serves(self, submission: Submission) -> bool:
        """Return whether what is prepared is right for `submission`, and the process still runs."""
        return self._process.is_alive() and needs(submission) == self._needs

    def begin(self, submission: Submission) -> None:
        """Let the checks run on `submission`; does not wait for them."""
        with suppress(OSError):  # `result` says that the process has ended
            self._channel.send(_handed_in(submission))

    def result(self, on_check: OnCheck | None = None) -> ExerciseResult:
        """Wait for the result; `on_check` is called with that of each check as it comes.

        Raises:
            GradusError: what grading the exercise in this process would have raised.
            SandboxError: the process has ended without a result.
        """
        try:
            while isinstance(received := self._channel.recv(), CheckResult):
                if on_check is not None:
                    on_check(received)
        except (EOFError, OSError):
            raise SandboxError(
                f"the process that grades {self._exercise.name} has ended without a result"
            ) from None
        if isinstance(received, BaseException):
            raise received
        result: ExerciseResult = received
        return result

    def close(self) -> None:
        """End the process and its worker, whatever they do, and remove what they wrote."""
        self._channel.close()
        tree_of(_Started(self._process)).kill(KILL_SECONDS)
        self._process.close()
        remove_scratch(self._scratch)


class _Started:
    """A process of `multiprocessing`, with the methods of `subprocess.Popen`."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit status, once `wait` has returned."""
        return self._process.exitcode

    def kill(self) -> None:
        """End it."""
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        self._process.join(timeout)
        if (status := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
        return status


def _handed_in(submission: Submission) -> dict[str, Any]:
    """Return all of `submission` but its folder, which both processes see."""
    names = (field.name for field in fields(submission) if field.init)
    return {name: getattr(submission, name) for name in names if name != "_staging"}


def _serve(channel: Connection, other_end: Connection, prepared: _Prepared) -> None:
    """Grade, in the new process; a fault is sent in place of the last result."""
    libc.resume_when_parent_ends()
    os.setsid()  # a terminal's signals are for the first process, which ends this one
    end_at_once()
    other_end.close()  # or the end of the first process would not be noticed
    with suppress(EOFError, BrokenPipeError):  # nothing waits for an answer
        try:
            prepared.grade(channel)
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:
            channel.send(_portable(error))


def _portable(error: Exception) -> Exception:
    """Return `error` if it can be sent as it is, else its text."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return GradusError(f"{type(error).__name__}: {error}")
    return error


@dataclass(frozen=True)
class _Prepared:
    """What the new process grades."""

    setting: Setting
    submission: Submission
    exercise: Exercise
    plugins: Sequence[object]
    scratch: Path
    rehearsed: bool

    def grade(self, channel: Connection) -> None:
        """Prepare, wait for the submission, and send the results."""
        workers = Workers(self.setting, self.submission, self.scratch)
        try:
            workers.start(self.exercise)  # it starts while this process imports what checks need
            load_grader()
            from autograder.grading.watched.waiting import WaitingGrader

            receive = partial(self._received, channel, workers)
            grader = WaitingGrader(self.setting, self.submission, workers, receive, channel.poll)
            with closing(grader):
                if self.rehearsed:
                    grader.rehearse(self.exercise)
                channel.send(grader.grade(self.exercise, channel.send, self.plugins))
        finally:
            workers.close()

    def _received(self, channel: Connection, workers: Workers) -> dict[str, Any]:
        """Wait for the fields of the submission; end this process if the first one has ended."""
        try:
            received: dict[str, Any] = channel.recv()
        except (EOFError, OSError):
            workers.close()
            remove_scratch(self.scratch)
            os._exit(0)  # pytest would report an interrupt of its own
        return received
