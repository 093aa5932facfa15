"""The formulas of a Markdown text: LaTeX between dollar signs, as GitHub and Jupyter show it.

``$h_t$`` stands inside a sentence. A formula that is a paragraph of its own stands between ``$$``
and ``$$``. Code and comments contain no formulas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PARTS = re.compile(
    r"""
    ^[ ]*(?P<fence>```+|~~~+)[^\n]*\n.*?^[ ]*(?P=fence)               # a block of code
    | (?:(?<=\n\n)|\A)(?:(?:[ ]{4}|\t)[^\n]*(?:\n|\Z))+               # code by indentation
    | (?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)                      # code in a sentence
    | <!--.*?-->
    | \\\$                                                            # a dollar sign of a text
    | ^(?P<indent>[ ]*)(?P<paragraphs>\$\$[^$]+\$\$[ ]*(?:\n\s*\$\$[^$]+\$\$[ ]*)*)$
    | (?<![\w$])(?P<inline>\$[^\s$](?:[^$]*?[^\s$])?\$)(?![\w$])
    | (?P<stray>\$+)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_FORMULA = re.compile(r"(?P<sign>\$+)(?P<latex>[^$]+)\$+")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
#: Markdown drops a backslash before punctuation.
_DROPPED = re.compile(rf"\\{_PUNCTUATION.pattern}")
_EMPTY_LINE = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class FormulaProblem:
    """One error in the mathematics of a text, with the number of its line."""

    line: int
    text: str


def plain_mathematics(markdown: str) -> str:
    """Return `markdown` with its formulas as plain text, to be rendered as Markdown.

    Paragraphs that are formulas become a block of code. A formula that cannot be read stays.
    """

    def replacement(part: re.Match[str]) -> str:
        if part["paragraphs"]:
            formulas = map(_plain, _FORMULA.finditer(part["paragraphs"]))
            return "\n".join(part["indent"] + line for line in ("```text", *formulas, "```"))
        if part["inline"]:
            return _PUNCTUATION.sub(r"\\\g<0>", _FORMULA.sub(_plain, part["inline"]))
        return part[0]

    return _PARTS.sub(replacement, markdown)


def with_plain_formulas(text: str) -> str:
    """Return `text` with its formulas as plain text, to be printed as it is."""

    def replacement(part: re.Match[str]) -> str:
        return _FORMULA.sub(_plain, part[0]) if part["paragraphs"] or part["inline"] else part[0]

    return _PARTS.sub(replacement, text)


def _plain(formula: re.Match[str]) -> str:
    """Return a formula as plain text, or as it was written if it cannot be read."""
    from autograder.course.mathematics.plain_text import FormulaError, plain_formula

    try:
        return plain_formula(formula["latex"])
    except FormulaError:
        return " ".join(formula[0].split())


def formula_problems(markdown: str) -> Iterator[FormulaProblem]:
    """Yield what is wrong with the mathematics of a text, in the order of its lines."""
    for part in _PARTS.finditer(markdown):
        if part["stray"]:
            yield FormulaProblem(_line(markdown, part.start()), _stray(part["stray"]))
        elif part["paragraphs"] or part["inline"]:
            for formula in _FORMULA.finditer(markdown, part.start(), part.end()):
                row = markdown[markdown.rfind("\n", 0, formula.start()) + 1 : formula.start()]
                for text in _problems_of(formula["latex"], is_in_table=row.startswith("|")):
                    yield FormulaProblem(_line(markdown, formula.start()), text)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _stray(signs: str) -> str:
    """Say what is wrong with dollar signs that belong to no formula."""
    if signs == "$":
        return "a $ that begins or ends no formula; a dollar sign of a text stands in a code span"
    return f"{signs} without its partner, or beside other words of the same paragraph"


def _problems_of(latex: str, *, is_in_table: bool) -> Iterator[str]:
    """Yield what is wrong with one formula."""
    from autograder.course.mathematics.plain_text import FormulaError, plain_formula

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
