"""The formulas of a Markdown text: LaTeX between dollar signs, as GitHub and Jupyter show it.

``$h_t$`` stands inside a sentence. A formula that is a paragraph of its own stands between ``$$``
and ``$$``. Code and comments contain no formulas.
"""

from __future__ import annotations

import re

#: The formulas, and everything in which a dollar sign begins none.
PARTS = re.compile(
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
#: A formula of a part.
FORMULA = re.compile(r"(?P<sign>\$+)(?P<latex>[^$]+)\$+")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def plain_mathematics(markdown: str) -> str:
    """Return `markdown` with its formulas as plain text, to be rendered as Markdown.

    Paragraphs that are formulas become a block of code. A formula that cannot be read stays.
    """

    def replacement(part: re.Match[str]) -> str:
        if part["paragraphs"]:
            formulas = map(_plain, FORMULA.finditer(part["paragraphs"]))
            return "\n".join(part["indent"] + line for line in ("```text", *formulas, "```"))
        if part["inline"]:
            return _PUNCTUATION.sub(r"\\\g<0>", FORMULA.sub(_plain, part["inline"]))
        return part[0]

    return PARTS.sub(replacement, markdown)


def with_plain_formulas(text: str) -> str:
    """Return `text` with its formulas as plain text, to be printed as it is."""

    def replacement(part: re.Match[str]) -> str:
        return FORMULA.sub(_plain, part[0]) if part["paragraphs"] or part["inline"] else part[0]

    return PARTS.sub(replacement, text)


def _plain(formula: re.Match[str]) -> str:
    """Return a formula as plain text, or as it was written if it cannot be read."""
    from autograder.course.mathematics.plain_text import FormulaError, plain_formula

    try:
        return plain_formula(formula["latex"])
    except FormulaError:
        return " ".join(formula[0].split())
