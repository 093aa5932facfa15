"""Results on a terminal: an exercise as soon as it is graded, and a summary at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from autograder.reports.advice import advice
from autograder.reports.common_causes import (
    Cause,
    causes,
    is_short,
    is_untouched,
    why_untouched,
)
from autograder.reports.page import Page
from autograder.reports.wording import (
    colour,
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
from autograder.results.findings.check_texts import excerpt
from autograder.results.report import CheckResult, ExerciseResult, Report
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
    """

    def __init__(
        self, result: ExerciseResult, *, show_hidden: bool = False, commands: Commands = OWN_FOLDER
    ) -> None:
        self._result, self._commands, self._show_hidden = result, commands, show_hidden

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        page = Page.of(console, options)
        reasons = causes(self._result, show_hidden=self._show_hidden)
        result = self._result
        left = page.marked(result.verdict, "").append(page.safe(result.name), "bold")
        left.append("  " + page.safe(result.title))
        yield page.ends(left, points(result) + duration(result.seconds).rjust(_TIME_WIDTH))
        if open_words := open_points(self._result):
            yield Text("  ").append(f"points: {open_words}")
        count = len(self._result.checks)
        has_same_cause = len(reasons) == 1 and len(reasons[0].others) == count - 1 > 0
        if is_short(self._result) or has_same_cause:
            yield from self._in_short(page, reasons)
        else:
            yield from self._task_by_task(page, reasons)
        for check in self._result.checks:  # what they have shown, whatever their verdict
            for finding in check.findings if self._show_hidden or not check.hidden else ():
                if not finding.explains_failure and (lines := finding.text_lines()):
                    yield from page.hanging(Text("  "), finding.heading, "bold")
                    yield from page.block(Text(" " * 4), list(lines))
                    yield Text()

    def _in_short(self, page: Page, reasons: tuple[Cause, ...]) -> Iterator[Text]:
        """Yield all tasks in one line, and the reason if there is a single reason."""
        verdict = self._result.verdict
        names = ", ".join(task.name for task in self._result.tasks)
        yield from page.hanging(Text("  ").append(f"{verdict.value}: ", colour(verdict)), names)
        if verdict is Verdict.NOT_STARTED:  # why, where it is not the stub's own error
            if message := why_untouched(self._result):
                yield from page.hanging(Text("  "), message)
        elif reasons:
            yield from self._facts(page, reasons[0].shown, " " * 4)
            yield from self._replay(page, reasons[0].shown, " " * 4)
            yield Text()

    def _task_by_task(self, page: Page, reasons: tuple[Cause, ...]) -> Iterator[Text]:
        words = [word(task.verdict, task.checks) for task in self._result.tasks]
        width = max(map(len, words))
        for task, text in zip(self._result.tasks, words, strict=True):
            left = Text("  ").append_text(page.marked(task.verdict, text.ljust(width)))
            left.append("  ").append(page.safe(task.name))
            yield page.ends(left, points(task) + " " * _TIME_WIDTH)
            mine = [cause for cause in reasons if cause.concerns(task.name)]
            shown = [cause for cause in mine if cause.shown.task == task.name]
            for cause in shown:
                yield from self._cause(page, cause)
            if mine and not shown:
                yield from page.hanging(Text("    "), mine[0].pointer)
        yield Text()

    def _cause(self, page: Page, cause: Cause) -> Iterator[Text]:
        check = cause.shown
        if check.verdict is Verdict.SKIPPED:
            yield from page.hanging(Text("    "), check.message)
            return
        left = Text("    ").append_text(page.marked(check.verdict, word(check.verdict, (check,))))
        left.append("  ")
        if check.message == NOT_WRITTEN and check.frames:
            frame = check.frames[-1]
            place = f"{frame.function}, {frame.place.rpartition('/')[2]}"
            yield from page.hanging(left, place, "bold", f" ({cause.points_text})")
            return
        yield from page.hanging(left, check.title, "bold", f" ({cause.points_text})")
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


def _label(margin: str, name: str) -> Text:
    return Text(margin).append(name.ljust(9), "dim")


class Summary:
    """The whole report: a table (for a single exercise its own view is enough) and advice."""

    def __init__(self, report: Report, *, folder: str = "exercises") -> None:
        self._report = report
        self._advice = advice(report, folder)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        page = Page.of(console, options)
        if len(self._report.exercises) > 1:
            shown = [result for result in self._report.exercises if not is_untouched(result)]
            if shown and is_short(shown[-1]):  # other views end with an empty line
                yield Text()
            yield from _table(page, self._report)
            yield Text()
        for sentence in waiting_words(self._report, self._report.commands):
            yield from page.hanging(Text(), sentence)
        for note in remarks(self._report):
            yield from page.hanging(Text("note: "), note)
        dot = ", " if page.ascii_only else " · "
        provenance = dot.join(provenance_words(self._report.provenance))
        yield from page.hanging(Text(), provenance, "dim")
        yield Text()
        commands, use = self._advice.commands, self._advice.use
        if use is not None:
            yield from page.hanging(Text(), use.text)
            yield from page.command(Text("  "), use.command)
            yield Text()
        if self._advice.sentence:
            yield from page.hanging(Text(), self._advice.sentence)
        width = max((len(command) for command, _ in commands), default=0)
        for command, purpose in commands:
            first = Text("  ").append(page.safe(command.ljust(width)), "bold").append(_GAP)
            yield from page.hanging(first, purpose)


def _table(page: Page, report: Report) -> Iterator[Text]:
    results = _with_untouched_together(report.exercises)
    units = [result.unit for result in results]
    first = (unit if unit != before else "" for before, unit in pairwise(["", *units]))
    passed = sum(map(passed_tasks, report.exercises))
    tasks = sum(len(result.tasks) for result in report.exercises)
    sums = f"{passed}/{tasks}", ratio(report.earned, report.possible), open_points(report)
    total = ("", "total", *sums, f"{report.seconds:.2f}")
    rows = [_HEAD, *map(partial(_row, page), first, results), total]
    widths = _widths(rows, page.width)
    rule = Text(("-" if page.ascii_only else "─") * min(_full(widths), page.width), "dim")
    styles = ["dim", *(colour(result.verdict) for result in results), "bold"]
    lines = [_line(page, *pair, widths) for pair in zip(rows, styles, strict=True)]
    yield from (lines[0], rule, *lines[1:-1], rule, lines[-1])


def _with_untouched_together(results: Sequence[ExerciseResult]) -> list[ExerciseResult]:
    """Return the rows of the table: exercises of a unit that are not started share the last one."""
    rows: list[ExerciseResult] = []
    for unit in dict.fromkeys(result.unit for result in results):
        inside = [result for result in results if result.unit == unit]
        untouched = [result for result in inside if is_untouched(result)]
        if len(untouched) > 1:
            inside = [result for result in inside if result not in untouched]
            name = f"{len(untouched)} {'others' if inside else 'exercises'}"
            tasks = tuple(task for result in untouched for task in result.tasks)
            inside.append(ExerciseResult(name, unit, "", tasks))
        rows += inside
    return rows


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
