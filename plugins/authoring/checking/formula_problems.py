"""What is wrong with the formulas of a Markdown text, by its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.course.mathematics.formulas import FORMULA, PARTS
from autograder.course.mathematics.plain_text import FormulaError, plain_formula

#: Markdown drops a backslash before punctuation.
_DROPPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_EMPTY_LINE = re.compile(r"\n\s*\n")


def formula_problems(markdown: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each problem in the mathematics of a text, in their order."""
    for part in PARTS.finditer(markdown):
        if part["stray"]:
            yield _line(markdown, part.start()), _stray(part["stray"])
        elif part["paragraphs"] or part["inline"]:
            for formula in FORMULA.finditer(markdown, part.start(), part.end()):
                row = markdown[markdown.rfind("\n", 0, formula.start()) + 1 : formula.start()]
                for text in _problems_of(formula["latex"], is_in_table=row.startswith("|")):
                    yield _line(markdown, formula.start()), text


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _stray(signs: str) -> str:
    """Say what is wrong with dollar signs that belong to no formula."""
    if signs == "$":
        return "a $ that begins or ends no formula; a dollar sign of a text stands in a code span"
    return f"{signs} without its partner, or beside other words of the same paragraph"


def _problems_of(latex: str, *, is_in_table: bool) -> Iterator[str]:
    """Yield what is wrong with one formula."""
    dropped = list(dict.fromkeys(_DROPPED.findall(latex)))
    for characters in dropped:
        yield f"Markdown drops the backslash of {characters} in ${latex.strip()}$"
    if _EMPTY_LINE.search(latex):
        yield f"an empty line in ${latex.strip()}$"
    if is_in_table and "|" in latex:
        yield rf"| ends the cell of a table in ${latex}$; write \lvert, \rvert or \mid"
    if not dropped:
        try:
            plain_formula(latex)
        except FormulaError as error:
            yield f"{error} in ${latex.strip()}$"
