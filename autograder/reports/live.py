"""What `grade` shows while it works: every exercise as it ends, and then the whole."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

from autograder.course.reading import Exercise
from autograder.record.commands import OWN_FOLDER, Commands
from autograder.record.results import FINE, CheckResult, ExerciseResult, Report
from autograder.reports.summary import Summary
from autograder.reports.terminal import ExerciseView
from autograder.reports.wording import counted
from autograder.verdicts import Verdict

if TYPE_CHECKING:
    from rich.status import Status

    from autograder.reports.watched_screen import WatchedScreen

#: Width of output to a file or a pipe.
PIPED_WIDTH = 100


class GradingDisplay:
    """The terminal, or the pipe, that a grading is shown on.

    Args:
        folder: where the submission lies, as its author would write it.
        commands: those that are proposed.
        watched: the screen that earlier gradings were shown on, if the submission is watched.
    """

    def __init__(
        self,
        *,
        folder: str = "exercises",
        commands: Commands = OWN_FOLDER,
        show_hidden: bool = False,
        watched: WatchedScreen | None = None,
    ) -> None:
        self._watched = watched
        stream = sys.stdout or io.StringIO()  # a closed output is None
        self._is_piped = not stream.isatty()
        width = PIPED_WIDTH if self._is_piped else None
        self._console = Console(file=stream, width=width, highlight=False)
        self._folder, self._commands, self._show_hidden = folder, commands, show_hidden
        self._status: Status | None = None
        self._count = 0
        self._done: list[Verdict] = []

    def __enter__(self) -> GradingDisplay:
        if self._console.is_terminal:
            self._status = self._console.status("grading")
            self._status.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._status is not None:
            self._status.stop()

    def check_done(self, exercise: Exercise, result: CheckResult) -> None:
        """Say how far it is."""
        self._count += 1
        if self._status is not None:
            self._status.update(f"grading {exercise.name}: {counted(self._count, 'check')} done")

    def exercise_done(self, result: ExerciseResult) -> None:
        """Show an exercise."""
        self._count = 0
        self._done.append(result.verdict)
        self._begin_screen()
        self._show(ExerciseView(result, show_hidden=self._show_hidden, commands=self._commands))

    def finish(self, report: Report) -> None:
        """Show the whole."""
        self._begin_screen()
        self._show(Summary(report, folder=self._folder))
        if self._watched is not None:
            self._show(self._watched.finished(report))

    def so_far(self, total: int) -> str:
        """Return what was done of `total` exercises, for a grading that does not end."""
        passed = sum(verdict in FINE for verdict in self._done)
        return f"{len(self._done)} of {counted(total, 'exercise')} graded, {passed} passed"

    def _begin_screen(self) -> None:
        """Clear the screen of a watched submission, once something new can be shown."""
        if self._watched is None or not self._watched.is_old:
            return
        self._watched.is_old = False
        if self._console.is_terminal:
            self._console.clear()
        if self._watched.changed:
            self._show(Text(f"{', '.join(self._watched.changed)} changed\n"))

    def _show(self, what: RenderableType) -> None:
        """Show `what`; without a reader or room, grading goes on for the sake of the reports."""
        try:
            self._console.print(what, soft_wrap=self._is_piped)
        except (OSError, SystemExit):  # `rich` ends the program where a pipe has no reader
            self._console.quiet = True
            _drop_output()


def _drop_output() -> None:
    """Send standard output nowhere from now on, or Python would try again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
