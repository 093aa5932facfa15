"""What a watched submission adds to a report: the file that changed, and the last verdict."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from autograder.record.results import FINE, Report
from autograder.reports.page import Page
from autograder.reports.wording import counted, points
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict


class WatchedScreen:
    """The screen on which one grading after the other is shown.

    Attributes:
        changed: the files that have changed since the last grading.
        is_old: whether it still shows the last grading, which stays until something new is there.
        gradings: how many were shown to their end.
    """

    def __init__(self) -> None:
        self.changed: tuple[str, ...] = ()
        self.is_old = False
        self.gradings = 0
        self._last: Report | None = None
        self._sources: dict[str, str] | None = None

    def note(self, submission: Submission) -> None:
        """Take note that `submission` is graded next."""
        before = self._sources
        self._sources = {file.inner: file.source for file in submission.files.values()}
        self.changed = () if before is None else tuple(self._changes(before, self._sources))
        self.is_old = before is not None

    def finished(self, report: Report) -> LastVerdict:
        """Return the last line of `report`, which is remembered as the last one."""
        self.gradings += 1
        self._last = report
        return LastVerdict(report, self.changed)

    def summary(self) -> str:
        """Return what was done, as the command says at its end."""
        if self._last is None:
            return "Stopped: nothing was graded."
        times = counted(self.gradings, "grading")
        return f"Stopped after {times}; the last one: {', '.join(_result(self._last))}."

    def _changes(self, before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
        yield from (name for name, source in now.items() if before.get(name) != source)
        yield from (f"{name} (removed)" for name in before if name not in now)


class LastVerdict:
    """The last line of a report: it is seen however long the report is.

    Args:
        changed: the files whose change has led to it.
    """

    def __init__(self, report: Report, changed: tuple[str, ...]) -> None:
        self._report, self._changed = report, changed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        page = Page.of(console, options)
        words = _result(self._report)
        if self._changed:
            words.append(f"after {', '.join(self._changed)}")
        yield Text()
        text = page.cut(", ".join(words), page.width - 2)
        yield page.marked(_verdict(self._report), text)


def _verdict(report: Report) -> Verdict:
    return Verdict.worst([result.verdict for result in report.exercises])


def _result(report: Report) -> list[str]:
    """Return the verdict, the points, and of several exercises how many have passed."""
    words = [_verdict(report).value, points(report)]
    if (count := len(report.exercises)) > 1:
        passed = sum(result.verdict in FINE for result in report.exercises)
        words.append(f"{passed} of {count} exercises passed")
    return words
