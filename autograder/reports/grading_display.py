"""What `grade` shows while it works: every exercise as it ends, and then the whole."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from autograder.course.reading import Exercise
from autograder.grading.request import Listener
from autograder.reports.common_causes import is_untouched
from autograder.reports.page import Page
from autograder.reports.terminal_report import ExerciseView, Summary
from autograder.reports.wording import counted, points, word
from autograder.results.commands import OWN_FOLDER, Commands
from autograder.results.report import PASSED, CheckResult, ExerciseResult, Report
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict
from framework.commands.output import PIPED_WIDTH, discard_output

if TYPE_CHECKING:
    from rich.status import Status


class GradingDisplay(Listener):
    """The terminal, or the pipe, that a grading is shown on.

    Args:
        folder: where the submission lies, as its author would write it.
        watched: the screen that earlier gradings were shown on, if the submission is watched.
        is_alone: whether one exercise is graded: of several, those not started are only counted.
    """

    def __init__(
        self,
        *,
        folder: str = "exercises",
        commands: Commands = OWN_FOLDER,
        show_hidden: bool = False,
        watched: WatchedScreen | None = None,
        is_alone: bool = True,
    ) -> None:
        self._watched, self._is_alone = watched, is_alone
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
        if not self._is_alone and is_untouched(result):
            return
        self._begin_screen()
        self._show(ExerciseView(result, show_hidden=self._show_hidden, commands=self._commands))

    def finish(self, report: Report) -> None:
        """Show the whole."""
        self._begin_screen()
        self._show(Summary(report, folder=self._folder))
        if self._watched is not None:
            self._watched.finished(report)
            self._show(self._watched)

    def so_far(self, total: int) -> str:
        """Return what was done of `total` exercises, for a grading that does not end."""
        passed = sum(verdict in PASSED for verdict in self._done)
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
        """Show `what`; without a reader or room, grading goes on for the sake of the reports.

        A watched submission has no reason to go on.
        """
        try:
            self._console.print(what, soft_wrap=self._is_piped)
        except (OSError, SystemExit):  # `rich` ends the program where a pipe has no reader
            if self._watched is not None:
                raise
            self._console.quiet = True
            discard_output()


class WatchedScreen:
    """The screen that shows one grading after the other.

    The screen `is_old` while it still shows the last grading: nothing new can be shown yet.
    """

    def __init__(self) -> None:
        self.changed: tuple[str, ...] = ()
        self.is_old = False
        self.gradings = 0
        self._last: Report | None = None
        self._sources: dict[str, str] | None = None
        self._is_begun = False

    def note(self, submission: Submission) -> None:
        """Take note that `submission` is graded next."""
        before = self._sources
        now = self._sources = {file.inner: file.source for file in submission.files.values()}
        self.is_old, self.changed, self._is_begun = self._is_begun, (), True
        if before is not None:
            changed = (name for name, source in now.items() if before.get(name) != source)
            removed = (f"{name} (removed)" for name in before if name not in now)
            self.changed = (*changed, *removed)

    def go_on(self) -> None:
        """Take note that other exercises are graded next: their files have not changed."""
        self._sources = None

    def finished(self, report: Report) -> None:
        """Remember the last report."""
        self.gradings += 1
        self._last = report

    def summary(self) -> str:
        """Return what was done, as the command says at its end."""
        if self._last is None:
            return "Stopped: nothing was graded."
        times = counted(self.gradings, "grading")
        return f"Stopped after {times}; the last one: {', '.join(_result(self._last))}."

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the last line of a report, which is seen however long the report is."""
        if self._last is not None:
            page = Page.of(console, options)
            words = _result(self._last)
            if self.changed:
                words.append(f"after {', '.join(self.changed)}")
            yield Text()
            text = page.cut(", ".join(words), page.width - 2)
            yield page.marked(self._last.verdict, text)


def _result(report: Report) -> list[str]:
    """Return the verdict, the points, and of several exercises how many have passed."""
    words = [word(report.verdict, report.checks), points(report)]
    if (count := len(report.exercises)) > 1:
        passed = sum(result.verdict in PASSED for result in report.exercises)
        words.append(f"{passed} of {count} exercises passed")
    return words
