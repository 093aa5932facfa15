"""Results on a terminal: an exercise as soon as it is graded, and a summary at the end.

The summary is a table, the total, how the report came about, and what to do next.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from autograder.reports.advice import advice
from autograder.reports.common_causes import Cause, causes, is_short
from autograder.reports.page import STYLES, Page
from autograder.reports.wording import (
    duration,
    labelled_facts,
    open_points,
    passed_tasks,
    points,
    provenance_words,
    ratio,
    remarks,
    symbol,
    ungraded,
    waiting_words,
    word,
)
from autograder.results.commands import OWN_FOLDER, Commands
from autograder.results.findings.texts import excerpt
from autograder.results.report import CheckResult, ExerciseResult, Report, TaskResult
from autograder.sandbox.session.faults import NOT_WRITTEN
from autograder.verdicts import Verdict

#: Lines of a finding that explains a failure, as of what was printed.
LINES = 6

_TIME_WIDTH = 10

_HEAD = ("unit", "exercise", "tasks", "points", "verdict", "seconds")
_TO_THE_RIGHT = ("tasks", "points", "seconds")
_GAP = "  "
#: Columns that a narrow page does without, the first of them first.
_DISPENSABLE = ("unit", "seconds", "tasks")
#: A unit's name cut to less than this says nothing.
_NARROW = 5


class ExerciseView:
    """One exercise as it ends: its tasks, and why checks did not pass.

    An exercise of which nothing is written, or everything right, takes two lines.

    Args:
        show_hidden: whether the facts of hidden checks are shown.
        commands: those that are proposed.
    """

    def __init__(
        self,
        result: ExerciseResult,
        *,
        show_hidden: bool = False,
        commands: Commands = OWN_FOLDER,
    ) -> None:
        self._result = result
        self._commands = commands
        self._show_hidden = show_hidden

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        page = Page.of(console, options)
        reasons = causes(self._result, show_hidden=self._show_hidden)
        yield self._header(page)
        if open_words := open_points(self._result):
            yield Text("  ").append(f"points: {open_words}")
        if _is_uniform(self._result, reasons):
            yield from self._in_short(page, reasons)
        else:
            yield from self._task_by_task(page, reasons)
        yield from self._shown(page)

    def _shown(self, page: Page) -> Iterator[Text]:
        """Yield what the checks have shown, whatever their verdict, each under its heading."""
        for check in self._result.checks:
            if self._show_hidden or not check.hidden:
                for finding in check.findings:
                    if not finding.explains_failure and (lines := finding.text_lines()):
                        yield from page.hanging(Text("  "), finding.heading, "bold")
                        yield from page.block(Text(" " * 4), list(lines))
                        yield Text()

    def _header(self, page: Page) -> Text:
        result = self._result
        left = page.marked(result.verdict, "").append(page.safe(result.name), "bold")
        left.append("  " + page.safe(result.title))
        return page.ends(left, points(result) + duration(result.seconds).rjust(_TIME_WIDTH))

    def _in_short(self, page: Page, reasons: tuple[Cause, ...]) -> Iterator[Text]:
        """Yield all tasks in one line, and the reason if there is a single reason."""
        verdict = self._result.verdict
        names = ", ".join(task.name for task in self._result.tasks)
        yield from page.hanging(Text("  ").append(f"{verdict.value}: ", STYLES[verdict]), names)
        if verdict is Verdict.NOT_STARTED:
            yield from self._absence(page)
        elif reasons:
            yield from self._facts(page, reasons[0].shown, " " * 4)
            yield from self._replay(page, reasons[0].shown, " " * 4)
            yield Text()

    def _absence(self, page: Page) -> Iterator[Text]:
        """Yield why nothing could be run, where it is not the stub's own NotImplementedError."""
        checks = (c for c in self._result.checks if not (c.frames or c.hidden))
        shown = (check.message for check in checks if check.message != NOT_WRITTEN)
        for message in list(dict.fromkeys(filter(None, shown)))[:1]:
            yield from page.hanging(Text("  "), message)

    def _task_by_task(self, page: Page, reasons: tuple[Cause, ...]) -> Iterator[Text]:
        words = [word(task.verdict, task.checks) for task in self._result.tasks]
        width = max(map(len, words))
        for task, text in zip(self._result.tasks, words, strict=True):
            left = Text("  ").append_text(page.marked(task.verdict, text.ljust(width)))
            left.append("  ").append(page.safe(task.name))
            yield page.ends(left, points(task) + " " * _TIME_WIDTH)
            yield from self._causes(page, task, reasons)
        yield Text()

    def _causes(self, page: Page, task: TaskResult, reasons: tuple[Cause, ...]) -> Iterator[Text]:
        """Yield the causes of `task`; a cause shown under another task is only referred to."""
        mine = [cause for cause in reasons if cause.concerns(task.name)]
        shown = [cause for cause in mine if cause.shown.task == task.name]
        for cause in shown:
            yield from self._cause(page, cause)
        if mine and not shown:
            yield from page.hanging(Text("    "), mine[0].pointer)

    def _cause(self, page: Page, cause: Cause) -> Iterator[Text]:
        check = cause.shown
        if check.verdict is Verdict.SKIPPED:
            yield from page.hanging(Text("    "), check.message)
            return
        left = Text("    ").append_text(page.marked(check.verdict, word(check.verdict, (check,))))
        yield from page.hanging(left.append("  "), check.title, "bold", f" ({cause.points_text})")
        yield from self._facts(page, check, " " * 6)
        if cause.others:
            yield from page.hanging(_label(" " * 6, "also"), cause.titles_of_others)
        yield from self._replay(page, check, " " * 6)

    def _facts(self, page: Page, check: CheckResult, margin: str) -> Iterator[Text]:
        for text in filter(None, (check.message, *check.details)):
            yield from page.hanging(Text(margin), text)
        for label, lines, finding in labelled_facts(check):
            start = _label(margin, label)
            if label == "line" or (finding is not None and len(lines) > 1):
                yield from page.block(start, excerpt(lines, LINES))
                continue
            style = "bold" if label in ("likely", "second") else ""
            for line in lines:
                yield from page.hanging(start, line, style)
                start = _label(margin, "")

    def _replay(self, page: Page, check: CheckResult, margin: str) -> Iterator[Text]:
        """Yield the command that makes the call again, ready to be pasted."""
        if command := self._commands.replay(check):
            yield from page.command(_label(margin, "replay"), command)


def _is_uniform(result: ExerciseResult, reasons: tuple[Cause, ...]) -> bool:
    """Return whether one line tells it all: every check has failed for the same reason."""
    same_cause = len(reasons) == 1 and len(reasons[0].others) == len(result.checks) - 1 > 0
    return is_short(result) or same_cause


def _label(margin: str, name: str) -> Text:
    return Text(margin).append(name.ljust(9), "dim")


class Summary:
    """The whole report: a table (for a single exercise its own view is enough) and advice.

    Args:
        folder: where the submission lies, as its author would write it.
    """

    def __init__(self, report: Report, *, folder: str = "exercises") -> None:
        self._report = report
        self._advice = advice(report, folder)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        page = Page.of(console, options)
        if len(self._report.exercises) > 1:
            if is_short(self._report.exercises[-1]):  # other views end with an empty line
                yield Text()
            yield from _table(page, self._report)
            yield Text()
        for sentence in waiting_words(self._report, self._report.commands):
            yield from page.hanging(Text(), sentence)
        for note in remarks(self._report):
            yield from page.hanging(Text("note: "), note)
        shown = (", " if page.ascii_only else " · ").join(provenance_words(self._report.provenance))
        yield Text(page.cut(shown, page.width), "dim")
        yield from self._next(page)

    def _next(self, page: Page) -> Iterator[Text]:
        commands = self._advice.commands
        yield Text()
        yield from page.hanging(Text(), self._advice.sentence, "bold")
        width = max((len(command) for command, _ in commands), default=0)
        for command, purpose in commands:
            first = Text("  ").append(page.safe(command.ljust(width)), "bold").append(_GAP)
            yield from page.hanging(first, purpose)


def _table(page: Page, report: Report) -> Iterator[Text]:
    rows = [_HEAD, *_rows(page, report), _total(report)]
    widths = _widths(rows, page.width)
    rule = Text(("-" if page.ascii_only else "─") * min(_full(widths), page.width), "dim")
    styles = ["dim", *(STYLES[result.verdict] for result in report.exercises), "bold"]
    lines = [_line(page, *pair, widths) for pair in zip(rows, styles, strict=True)]
    yield from (lines[0], rule, *lines[1:-1], rule, lines[-1])


def _rows(page: Page, report: Report) -> Iterator[tuple[str, ...]]:
    before = ""
    for result in report.exercises:
        unit = "" if result.unit == before else result.unit
        before = result.unit
        yield _row(page, unit, result)


def _row(page: Page, unit: str, result: ExerciseResult) -> tuple[str, ...]:
    verdict = ungraded(result) or word(result.verdict, result.checks)
    return (
        page.safe(unit),
        page.safe(result.name),
        f"{passed_tasks(result)}/{len(result.tasks)}",
        ratio(result.earned, result.possible),
        f"{symbol(result.verdict, page.ascii_only)} {verdict}",
        f"{result.seconds:.2f}",
    )


def _total(report: Report) -> tuple[str, ...]:
    passed = sum(map(passed_tasks, report.exercises))
    tasks = sum(len(result.tasks) for result in report.exercises)
    total = ratio(report.earned, report.possible)
    return "", "total", f"{passed}/{tasks}", total, open_points(report), f"{report.seconds:.2f}"


def _widths(rows: list[tuple[str, ...]], width: int) -> list[int]:
    """Widths of the columns, 0 for those that do not fit; units are cut before they go."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    unit = widths[0] - max(_full(widths) - width, 0)
    if unit >= _NARROW:
        return [unit, *widths[1:]]
    for name in _DISPENSABLE:
        if _full(widths) > width:
            widths[_HEAD.index(name)] = 0
    return widths


def _full(widths: list[int]) -> int:
    shown = [width for width in widths if width]
    return sum(shown) + len(_GAP) * (len(shown) - 1)


def _line(page: Page, row: tuple[str, ...], style: str, widths: list[int]) -> Text:
    """One row; its style is that of the verdict, and of all cells in the head and the total."""
    line = Text()
    for name, cell, width in zip(_HEAD, row, widths, strict=True):
        if width:
            text = page.cut(cell, width)
            fit = text.rjust(width) if name in _TO_THE_RIGHT else text.ljust(width)
            coloured = style in ("dim", "bold") or name == "verdict"
            line.append(fit, style if coloured else "").append(_GAP)
    line.rstrip()
    return line
