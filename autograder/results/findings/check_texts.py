"""Texts of checks: what the submission printed, tables, and answers in prose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from autograder.results.findings.finding import CheckFindings, Finding, block
from autograder.sandbox.session.process import shown
from framework.errors import BadInputError

#: Maximum number of lines on a page; a terminal shows fewer.
ON_PAGE = 40
#: Maximum length of a cell; its text may come from a submission.
LONGEST = 40
GAP = "  "
#: Characters of an answer that a report shows.
MAX_ANSWER = 20_000


@dataclass(frozen=True)
class PrintedText(Finding):
    """Printed text without terminal control sequences, shortened before it is recorded."""

    kind: ClassVar[str] = "printed"
    explains_failure: ClassVar[bool] = True
    on_page_of_passed: ClassVar[bool] = False

    text: str

    def text_lines(self) -> list[str]:
        """Return the lines; no line if the text is blank."""
        text = self.text.replace("\r\n", "\n")
        return text.strip("\n").split("\n") if text.strip() else []

    def html(self) -> str:
        """Return at most `ON_PAGE` lines as preformatted text."""
        lines = self.text_lines()
        return block("text", lines=excerpt(lines, ON_PAGE)) if lines else ""


def excerpt(lines: Sequence[str], most: int) -> list[str]:
    """Return at most `most` of `lines`, and a line with the number of omitted ones."""
    if len(lines) <= most + 2:  # with fewer lines there is nothing to omit
        return list(lines)
    tail = most // 3
    head = most - tail
    left_out = f"... {len(lines) - most} more lines ..."
    return [*lines[:head], left_out, *lines[len(lines) - tail :]]


@dataclass(frozen=True)
class ShownTable(Finding):
    """One table: every row has a cell for each column."""

    kind: ClassVar[str] = "table"

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text_lines(self) -> list[str]:
        """Return a line with the column names, then a line for each row; numbers are aligned."""
        from rich.cells import cell_len

        lines = [self.columns, *self.rows]
        widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
        aligned = []
        for first, *others in lines:
            cells = [first + " " * (widths[0] - cell_len(first))]
            for cell, width in zip(others, widths[1:], strict=True):
                cells.append(" " * (width - cell_len(cell)) + cell)
            aligned.append(GAP.join(cells).rstrip())
        return aligned

    def html(self) -> str:
        """Return a table element with the title as its caption."""
        return block("table", caption=self.title, columns=self.columns, rows=self.rows)


def show_table(
    findings: CheckFindings, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Show `rows` with their column names in the reports, for every verdict.

    The fixture ``table`` is this function with the findings of the check.

    Raises:
        BadInputError: the number of cells of a row differs from the number of columns.
    """
    kept = []
    for row in rows:
        if len(row) != len(columns):
            sizes = f"{len(row)} cells for {len(columns)} columns"
            raise BadInputError(f"a row of table '{title}' has {sizes}: {row}")
        kept.append(tuple(shown(cell, LONGEST) for cell in row))
    findings.add(ShownTable(title, tuple(columns), tuple(kept)))


@dataclass(frozen=True)
class WrittenAnswer(Finding):
    """An answer in prose.

    Attributes:
        answer: what the student wrote, `shortened`.
        model_answer, rubric: from the key, for instructors; empty in a student's report.
        digest: the answer's name in a class's table of manual points.
    """

    kind: ClassVar[str] = "written"

    answer: str
    model_answer: str = ""
    rubric: str = ""
    digest: str = ""

    @property
    def heading(self) -> str:
        """The heading."""
        return "answer in prose"

    def text_lines(self) -> Sequence[str]:
        """Return no line: a terminal shows the message of the check alone."""
        return ()

    def html(self) -> str:
        """Return the answer, and the model answer and the rubric beside it."""
        parts = {
            "answer": self.answer,
            "model answer": self.model_answer,
            "rubric": self.rubric,
        }
        return block("texts", parts={name: text for name, text in parts.items() if text})

    def for_student(self) -> WrittenAnswer:
        """Return it without the model answer and the rubric."""
        return replace(self, model_answer="", rubric="")


def shortened(text: str) -> str:
    """Return at most `MAX_ANSWER` characters of `text`, and how many more there are."""
    left = len(text) - MAX_ANSWER
    return text if left <= 0 else f"{text[:MAX_ANSWER]}\n... {left} more characters in the file"
