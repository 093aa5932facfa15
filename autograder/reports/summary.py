"""The end of a report on a terminal: a table, the total, how it came about, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from autograder.record.results import ExerciseResult, Report
from autograder.reports.advice import advice
from autograder.reports.causes import is_short
from autograder.reports.page import STYLES, Page
from autograder.reports.wording import (
    open_points,
    passed_tasks,
    provenance_words,
    ratio,
    remarks,
    symbol,
    ungraded,
    waiting_words,
    word,
)

_HEAD = ("unit", "exercise", "tasks", "points", "verdict", "seconds")
_TO_THE_RIGHT = ("tasks", "points", "seconds")
_GAP = "  "
#: Columns that a narrow page does without, the first of them first.
_DISPENSABLE = ("unit", "seconds", "tasks")
#: A unit's name cut to less than this says nothing.
_NARROW = 5


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
    points = ratio(report.earned, report.possible)
    return "", "total", f"{passed}/{tasks}", points, open_points(report), f"{report.seconds:.2f}"


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
