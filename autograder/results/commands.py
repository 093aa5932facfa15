"""The commands that a report proposes: complete, and quoted for a shell."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.results.report import CheckResult


def quoted(words: Sequence[str]) -> str:
    """Return a command that can be pasted into a terminal of this system."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


@dataclass(frozen=True)
class Commands:
    """The commands for one submission.

    Attributes:
        submission: its path, as it was given; empty for the course's own folder.
        is_alone: whether the submission is one file, which names its exercise.
        options: how it is graded, as in ``--seed 3``.
        course: the option ``--course``, if it was given.
        provider: graded instead of a submission; empty for a submission.
        in_notebook: for a cell of a notebook, whether it grades the ``saved`` file or the ``cells``
            that were run; empty for a terminal.
    """

    submission: str = ""
    is_alone: bool = False
    options: tuple[str, ...] = ()
    course: tuple[str, ...] = ()
    provider: str = ""
    in_notebook: str = ""

    @property
    def _submission(self) -> tuple[str, ...]:
        return ("--submission", self.submission) if self.submission else ()

    def grade(self, *exercises: str) -> str:
        """Return how the submission is graded again: all of it, or some of its exercises."""
        if self.in_notebook:
            cells = ("--cells",) if self.in_notebook == "cells" else ()
            return quoted(("%grade", *exercises, *cells, *self.options, *self.course))
        submission = () if self.is_alone else self._submission
        what = (self.submission,) if self.is_alone else exercises
        provider = ("--provider", self.provider) if self.provider else ()
        return quoted(("grade", *submission, *provider, *self.options, *self.course, *what))

    def gradus(self, command: str, exercise: str) -> str:
        """Return a command of `gradus` about an exercise, as ``gradus hint rnn``."""
        if self.in_notebook and command == "hint":
            return quoted(("%hint", exercise, *self.course))
        return self._shell + quoted(("gradus", command, exercise, *self.course))

    def replay(self, check: CheckResult) -> str:
        """Return how the call of a failed check is made again; empty where it cannot be."""
        if self.provider or self.in_notebook == "cells" or not check.can_be_replayed:
            return ""
        command = ("gradus", "replay", check.id, *self._submission, *self.options, *self.course)
        return self._shell + quoted(command)

    def of_another(self, exercise: str) -> str:
        """Return how another exercise is graded, which a single file does not hold."""
        own = replace(self, submission="", is_alone=False) if self.is_alone else self
        return own.grade(exercise)

    @property
    def _shell(self) -> str:
        """What a cell of a notebook has before a command of the system."""
        return "!" if self.in_notebook else ""


#: For the course's own folder.
OWN_FOLDER = Commands()
